#pragma once
// What the reader of mail needs of GMime, as plain functions: its checks and casts are macros, which Swift does not see.
// Every object given out belongs to the message it came from; only the message itself is released.
#include <gmime/gmime.h>
#include <string.h>

// Sets GMime up, once; later calls do nothing.
static inline void tl_mime_start(void) {
    static gsize started = 0;
    if (g_once_init_enter(&started)) {
        g_mime_init();
        g_once_init_leave(&started, 1);
    }
}

// Reads a message; NULL where there is none in the bytes.
static inline GMimeMessage *tl_mime_message(const char *bytes, size_t count) {
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, count);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    return message;
}

static inline void tl_mime_release(GMimeMessage *message) { g_object_unref(message); }

static inline GMimeObject *tl_mime_body(GMimeMessage *message) { return g_mime_message_get_mime_part(message); }

static inline int tl_mime_header_count(GMimeMessage *message) {
    return g_mime_header_list_get_count(g_mime_object_get_header_list(GMIME_OBJECT(message)));
}

// The name of a field of the head, and its value with encoded words and folds undone; both live as long as the message.
static inline const char *tl_mime_header_name(GMimeMessage *message, int index) {
    GMimeHeader *header = g_mime_header_list_get_header_at(g_mime_object_get_header_list(GMIME_OBJECT(message)), index);
    return header ? g_mime_header_get_name(header) : NULL;
}

static inline const char *tl_mime_header_value(GMimeMessage *message, int index) {
    GMimeHeader *header = g_mime_header_list_get_header_at(g_mime_object_get_header_list(GMIME_OBJECT(message)), index);
    return header ? g_mime_header_get_value(header) : NULL;
}

static inline const char *tl_mime_header_raw(GMimeMessage *message, int index) {
    GMimeHeader *header = g_mime_header_list_get_header_at(g_mime_object_get_header_list(GMIME_OBJECT(message)), index);
    return header ? g_mime_header_get_raw_value(header) : NULL;
}

// What kind of part an object is.
enum { TL_MIME_PART = 0, TL_MIME_MULTIPART = 1, TL_MIME_ENCLOSED = 2, TL_MIME_OTHER = 3 };

static inline int tl_mime_kind(GMimeObject *object) {
    if (GMIME_IS_MULTIPART(object)) return TL_MIME_MULTIPART;
    if (GMIME_IS_MESSAGE_PART(object)) return TL_MIME_ENCLOSED;
    if (GMIME_IS_PART(object)) return TL_MIME_PART;
    return TL_MIME_OTHER;
}

static inline int tl_mime_child_count(GMimeObject *object) {
    return GMIME_IS_MULTIPART(object) ? g_mime_multipart_get_count((GMimeMultipart *)object) : 0;
}

static inline GMimeObject *tl_mime_child(GMimeObject *object, int index) {
    return g_mime_multipart_get_part((GMimeMultipart *)object, index);
}

// The message within a part of the type message/rfc822; NULL where it has none.
static inline GMimeMessage *tl_mime_enclosed(GMimeObject *object) {
    return g_mime_message_part_get_message((GMimeMessagePart *)object);
}

static inline const char *tl_mime_type(GMimeObject *object) {
    GMimeContentType *type = g_mime_object_get_content_type(object);
    return type ? g_mime_content_type_get_media_type(type) : NULL;
}

static inline const char *tl_mime_subtype(GMimeObject *object) {
    GMimeContentType *type = g_mime_object_get_content_type(object);
    return type ? g_mime_content_type_get_media_subtype(type) : NULL;
}

static inline const char *tl_mime_parameter(GMimeObject *object, const char *name) {
    return g_mime_object_get_content_type_parameter(object, name);
}

static inline int tl_mime_is_attachment(GMimeObject *object) {
    const char *disposition = g_mime_object_get_disposition(object);
    return disposition && g_ascii_strcasecmp(disposition, "attachment") == 0;
}

static inline const char *tl_mime_file_name(GMimeObject *object) {
    return GMIME_IS_PART(object) ? g_mime_part_get_filename((GMimePart *)object) : NULL;
}

// The decoded bytes of a part, or the whole of any other object; released with g_byte_array_unref.
static inline GByteArray *tl_mime_bytes(GMimeObject *object) {
    GByteArray *bytes = g_byte_array_new();
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
    g_mime_stream_mem_set_owner((GMimeStreamMem *)stream, FALSE);
    if (GMIME_IS_PART(object)) {
        GMimeDataWrapper *content = g_mime_part_get_content((GMimePart *)object);
        if (content) g_mime_data_wrapper_write_to_stream(content, stream);
    } else {
        g_mime_object_write_to_stream(object, NULL, stream);
    }
    g_mime_stream_flush(stream);
    g_object_unref(stream);
    return bytes;
}

// Bytes of a character set as UTF-8, with U+FFFD for what does not decode; NULL for an unknown set, else freed with g_free.
static inline char *tl_mime_utf8(const char *bytes, size_t count, const char *charset, size_t *length) {
    gsize written = 0;
    char *text = g_convert_with_fallback(
        bytes, (gssize)count, "UTF-8", g_mime_charset_iconv_name(charset), "\xEF\xBF\xBD", NULL, &written, NULL);
    *length = written;
    return text;
}

// The addresses of a field, one after the other; groups are opened up.
typedef void (*tl_mime_address)(void *context, const char *name, const char *address);

static inline void tl_mime_each(InternetAddressList *list, tl_mime_address take, void *context, int depth) {
    int count = internet_address_list_length(list);
    for (int index = 0; index < count && index < 1000; index++) {
        InternetAddress *one = internet_address_list_get_address(list, index);
        if (INTERNET_ADDRESS_IS_GROUP(one)) {
            InternetAddressList *members = internet_address_group_get_members((InternetAddressGroup *)one);
            if (members && depth < 3) tl_mime_each(members, take, context, depth + 1);
        } else if (INTERNET_ADDRESS_IS_MAILBOX(one)) {
            take(context, internet_address_get_name(one), internet_address_mailbox_get_addr((InternetAddressMailbox *)one));
        }
    }
}

static inline void tl_mime_addresses(const char *field, tl_mime_address take, void *context) {
    InternetAddressList *list = internet_address_list_parse(NULL, field);
    if (!list) return;
    tl_mime_each(list, take, context, 0);
    g_object_unref(list);
}

// The moment of a date field in seconds since 1970; 0 where it cannot be read.
static inline long long tl_mime_date(const char *field) {
    GDateTime *date = g_mime_utils_header_decode_date(field);
    if (!date) return 0;
    long long seconds = g_date_time_to_unix(date);
    g_date_time_unref(date);
    return seconds;
}
