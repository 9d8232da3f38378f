# store: the embedded engine is SQLite.
store_LIBS := -lsqlite3
