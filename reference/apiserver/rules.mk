# apiserver: HTTP and TLS come from libevent (base).
apiserver_LIBS := -levent_openssl -levent -lssl -lcrypto
