// SPDX-License-Identifier: Apache-2.0
//
// Source: The .xz File Format 1.1.0; liblzma's own functions for each part of it (XZ Utils 5.4.1,
// src/liblzma/api/lzma: stream_flags.h, block.h, index_hash.h).
#include "XZStream.h"

#include <stdbool.h>
#include <string.h>

void xz_stream_open(xz_stream *xz, uint64_t largest_block) {
  memset(xz, 0, sizeof *xz);
  xz->coder = (lzma_stream)LZMA_STREAM_INIT;
  xz->largest_block = largest_block;
}

void xz_stream_close(xz_stream *xz) {
  lzma_end(&xz->coder);
  lzma_index_hash_end(xz->blocks, NULL);
}

// Moves bytes of the input to the head until it has `wanted`; returns whether it has.
static bool fill(xz_stream *xz, size_t wanted, const uint8_t *in, size_t in_length,
                 size_t *consumed) {
  size_t count = wanted - xz->filled;
  if (count > in_length - *consumed) count = in_length - *consumed;
  memcpy(xz->head + xz->filled, in + *consumed, count);
  xz->filled += count;
  *consumed += count;
  return xz->filled == wanted;
}

static lzma_ret read_stream_header(xz_stream *xz) {
  lzma_ret result = lzma_stream_header_decode(&xz->flags, xz->head);
  if (result != LZMA_OK) return result;
  if (!lzma_check_is_supported(xz->flags.check)) return LZMA_UNSUPPORTED_CHECK;
  xz->blocks = lzma_index_hash_init(xz->blocks, NULL);
  return xz->blocks == NULL ? LZMA_MEM_ERROR : LZMA_OK;
}

// A match reaches back at most to the first byte of its block, so a dictionary as large as the
// block is always enough. A larger one would only be unused memory.
static void bound_dictionary(xz_stream *xz, lzma_filter *filters) {
  uint64_t most = xz->largest_block;
  if (xz->block.uncompressed_size < most) most = xz->block.uncompressed_size;
  for (lzma_filter *filter = filters; filter->id != LZMA_VLI_UNKNOWN; filter++) {
    if (filter->id != LZMA_FILTER_LZMA2) continue;
    lzma_options_lzma *options = filter->options;
    if (options->dict_size > most) options->dict_size = (uint32_t)most;
  }
}

static lzma_ret read_block_header(xz_stream *xz) {
  lzma_filter filters[LZMA_FILTERS_MAX + 1];
  xz->block.version = 1;
  xz->block.check = xz->flags.check;
  xz->block.filters = filters;
  lzma_ret result = lzma_block_header_decode(&xz->block, NULL, xz->head);
  if (result == LZMA_OK) {
    // LZMA_VLI_UNKNOWN, for a size that is not stated, is more than any other.
    bound_dictionary(xz, filters);
    xz->memory_needed = lzma_raw_decoder_memusage(filters);
    result = lzma_block_decoder(&xz->coder, &xz->block);
    lzma_filters_free(filters, NULL);
  }
  xz->block.filters = NULL;
  return result;
}

static lzma_ret read_footer(xz_stream *xz) {
  lzma_stream_flags footer;
  lzma_ret result = lzma_stream_footer_decode(&footer, xz->head);
  if (result != LZMA_OK) return result == LZMA_FORMAT_ERROR ? LZMA_DATA_ERROR : result;
  if (footer.backward_size != lzma_index_hash_size(xz->blocks)) return LZMA_DATA_ERROR;
  result = lzma_stream_flags_compare(&xz->flags, &footer);
  return result == LZMA_OK ? LZMA_STREAM_END : result;
}

static lzma_ret decode_block(xz_stream *xz, const uint8_t *in, size_t in_length, size_t *consumed,
                             uint8_t *out, size_t out_capacity, size_t *produced) {
  xz->coder.next_in = in + *consumed;
  xz->coder.avail_in = in_length - *consumed;
  xz->coder.next_out = out + *produced;
  xz->coder.avail_out = out_capacity - *produced;
  lzma_ret result = lzma_code(&xz->coder, LZMA_RUN);
  *consumed = in_length - xz->coder.avail_in;
  *produced = out_capacity - xz->coder.avail_out;
  if (result != LZMA_STREAM_END) return result;
  xz->next = XZ_BLOCK_HEADER;
  return lzma_index_hash_append(xz->blocks, lzma_block_unpadded_size(&xz->block),
                                xz->block.uncompressed_size);
}

lzma_ret xz_stream_step(xz_stream *xz, const uint8_t *in, size_t in_length, size_t *consumed,
                        uint8_t *out, size_t out_capacity, size_t *produced) {
  lzma_ret result = LZMA_OK;
  *consumed = 0;
  *produced = 0;
  // Each turn uses input, except that of a block; a block goes on in the next call.
  while (result == LZMA_OK) {
    switch (xz->next) {
      case XZ_STREAM_HEADER:
        if (!fill(xz, LZMA_STREAM_HEADER_SIZE, in, in_length, consumed)) return LZMA_OK;
        result = read_stream_header(xz);
        xz->next = XZ_BLOCK_HEADER;
        xz->filled = 0;
        break;
      case XZ_BLOCK_HEADER:
        if (xz->filled == 0) {
          if (*consumed == in_length) return LZMA_OK;
          if (in[*consumed] == 0) {
            xz->next = XZ_INDEX;
            break;
          }
          xz->block.header_size = lzma_block_header_size_decode(in[*consumed]);
        }
        if (!fill(xz, xz->block.header_size, in, in_length, consumed)) return LZMA_OK;
        result = read_block_header(xz);
        xz->next = XZ_BLOCK;
        xz->filled = 0;
        break;
      case XZ_BLOCK:
        result = decode_block(xz, in, in_length, consumed, out, out_capacity, produced);
        if (result == LZMA_OK && xz->next == XZ_BLOCK) return result;
        break;
      case XZ_INDEX:
        // Without input liblzma would report an error.
        if (*consumed == in_length) return LZMA_OK;
        result = lzma_index_hash_decode(xz->blocks, in, consumed, in_length);
        if (result != LZMA_STREAM_END) break;
        xz->next = XZ_STREAM_FOOTER;
        result = LZMA_OK;
        break;
      case XZ_STREAM_FOOTER:
        if (!fill(xz, LZMA_STREAM_HEADER_SIZE, in, in_length, consumed)) return LZMA_OK;
        return read_footer(xz);
    }
  }
  return result;
}
