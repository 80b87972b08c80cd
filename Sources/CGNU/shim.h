#pragma once
#include <malloc.h>
#include <stddef.h>

/* Declared by <string.h> only with _GNU_SOURCE. */
void *memmem(const void *haystack, size_t haystack_length, const void *needle, size_t needle_length);
