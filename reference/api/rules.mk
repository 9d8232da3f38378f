# api: kinds; pure, no library of its own.
api_LIBS := -ljansson
