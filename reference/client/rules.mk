# client
client_LIBS := -lcurl
