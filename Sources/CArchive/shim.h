#pragma once
#include <stddef.h>
#include <stdint.h>

/* The part of libarchive's interface that is used. Its own headers include <sys/stat.h>, which would make this module
   the owner of struct stat for all modules above. */

struct archive;
struct archive_entry;

#define ARCHIVE_EOF 1
#define ARCHIVE_OK 0
#define ARCHIVE_RETRY (-10)
#define ARCHIVE_WARN (-20)
#define ARCHIVE_FATAL (-30)
#define ARCHIVE_FORMAT_RAW 0x90000

typedef long archive_read_callback(struct archive *, void *context, const void **buffer);
typedef int64_t archive_skip_callback(struct archive *, void *context, int64_t request);
typedef int64_t archive_seek_callback(struct archive *, void *context, int64_t offset, int whence);
typedef int archive_open_callback(struct archive *, void *context);
typedef int archive_close_callback(struct archive *, void *context);

typedef long archive_write_callback(struct archive *, void *context, const void *buffer, size_t length);

struct archive *archive_write_new(void);
int archive_write_free(struct archive *);
int archive_write_set_format_zip(struct archive *);
int archive_write_set_options(struct archive *, const char *options);
int archive_write_set_bytes_in_last_block(struct archive *, int bytes);
int archive_write_open(struct archive *, void *context, archive_open_callback *, archive_write_callback *,
                       archive_close_callback *);
int archive_write_header(struct archive *, struct archive_entry *);
long archive_write_data(struct archive *, const void *buffer, size_t);
int archive_write_finish_entry(struct archive *);
int archive_write_close(struct archive *);

struct archive_entry *archive_entry_new(void);
void archive_entry_free(struct archive_entry *);
int archive_entry_update_pathname_utf8(struct archive_entry *, const char *name);
void archive_entry_set_filetype(struct archive_entry *, unsigned int type);
void archive_entry_set_perm(struct archive_entry *, unsigned int permissions);
void archive_entry_set_mtime(struct archive_entry *, long seconds, long nanoseconds);

struct archive *archive_read_new(void);
int archive_read_free(struct archive *);
int archive_read_support_filter_all(struct archive *);
int archive_read_support_format_tar(struct archive *);
int archive_read_support_format_zip(struct archive *);
int archive_read_support_format_7zip(struct archive *);
int archive_read_support_format_cpio(struct archive *);
int archive_read_support_format_ar(struct archive *);
int archive_read_support_format_empty(struct archive *);
int archive_read_support_format_raw(struct archive *);
int archive_read_open_fd(struct archive *, int descriptor, size_t block_size);
int archive_read_open(struct archive *, void *context, archive_open_callback *, archive_read_callback *,
                      archive_close_callback *);
int archive_read_set_callback_data(struct archive *, void *context);
int archive_read_set_read_callback(struct archive *, archive_read_callback *);
int archive_read_set_skip_callback(struct archive *, archive_skip_callback *);
int archive_read_set_seek_callback(struct archive *, archive_seek_callback *);
int archive_read_open1(struct archive *);
int archive_read_next_header(struct archive *, struct archive_entry **);
long archive_read_data(struct archive *, void *buffer, size_t);
int archive_read_has_encrypted_entries(struct archive *);
int archive_format(struct archive *);
int64_t archive_filter_bytes(struct archive *, int filter);
const char *archive_error_string(struct archive *);

const char *archive_entry_pathname(struct archive_entry *);
const char *archive_entry_pathname_utf8(struct archive_entry *);
const char *archive_entry_hardlink(struct archive_entry *);
unsigned int archive_entry_filetype(struct archive_entry *);
int archive_entry_is_encrypted(struct archive_entry *);
int archive_entry_mtime_is_set(struct archive_entry *);
long archive_entry_mtime(struct archive_entry *);
