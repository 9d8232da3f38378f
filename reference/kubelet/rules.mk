# kubelet
kubelet_LIBS :=
