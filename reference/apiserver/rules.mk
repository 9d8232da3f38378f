# apiserver: HTTP and TLS come from libevent (base); zlib is for the headers of SPDY.
apiserver_LIBS := -levent_openssl -levent -lssl -lcrypto -lz
