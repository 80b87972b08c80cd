#pragma once
#include <curl/curl.h>

// Swift cannot call functions with a variable number of arguments; each of these sets or reads one kind of value.

typedef size_t (*thirdline_curl_transfer)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode thirdline_curl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode thirdline_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode thirdline_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode thirdline_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode thirdline_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode thirdline_curl_set_transfer(CURL *handle, CURLoption option, thirdline_curl_transfer value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode thirdline_curl_set_opener(CURL *handle, curl_opensocket_callback value) {
  return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, value);
}
static inline CURLcode thirdline_curl_get_number(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}
