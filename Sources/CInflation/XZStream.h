// SPDX-License-Identifier: Apache-2.0
//
// One xz stream, decoded block by block. So each block's dictionary is as large as its output, not
// as large as its header states. lzma_stream_decoder does not allow that.
#pragma once

#include <lzma.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  enum {
    XZ_STREAM_HEADER,
    XZ_BLOCK_HEADER,
    XZ_BLOCK,
    XZ_INDEX,
    XZ_STREAM_FOOTER,
  } next;
  // The largest output of a block, when it is unknown.
  uint64_t largest_block;
  // The memory for decoding the block, in bytes.
  uint64_t memory_needed;
  lzma_stream_flags flags;
  lzma_block block;
  lzma_stream coder;
  lzma_index_hash *blocks;
  // A header or the footer, until it is complete.
  uint8_t head[LZMA_BLOCK_HEADER_SIZE_MAX];
  size_t filled;
} xz_stream;

void xz_stream_open(xz_stream *xz, uint64_t largest_block);

/// Like lzma_code for one stream; a stream that may go on gives LZMA_OK. It makes the same checks
/// as lzma_stream_decoder.
lzma_ret xz_stream_step(xz_stream *xz, const uint8_t *in, size_t in_length, size_t *consumed,
                        uint8_t *out, size_t out_capacity, size_t *produced);

void xz_stream_close(xz_stream *xz);
