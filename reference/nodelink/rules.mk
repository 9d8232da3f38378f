# nodelink
nodelink_LIBS :=
