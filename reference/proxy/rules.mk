# proxy
proxy_LIBS :=
