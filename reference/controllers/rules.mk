# controllers
controllers_LIBS :=
