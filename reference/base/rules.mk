# base: libraries only.
base_LIBS := -levent_openssl -levent -lcurl -ljansson -lyaml -lssl -lcrypto -lm
