// SPDX-License-Identifier: Apache-2.0
//
// One interface to the decoders of zlib, liblzma, libzstd, libbz2 and liblz4. A stream is opened,
// stepped until it ends or fails, and closed. No function aborts: every failure is a status.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef enum {
  INFLATION_KIND_GZIP,
  INFLATION_KIND_XZ,
  INFLATION_KIND_LZMA,
  INFLATION_KIND_ZSTD,
  INFLATION_KIND_BZIP2,
  INFLATION_KIND_LZ4_FRAME,
} inflation_kind;

typedef enum {
  /// The step succeeded with this input and this room for output.
  INFLATION_MORE,
  /// The stream ended and its checks are right.
  INFLATION_END,
  INFLATION_CORRUPT,
  /// The bytes so far are correct, but this library cannot decode them.
  INFLATION_UNSUPPORTED,
  INFLATION_OUT_OF_MEMORY,
} inflation_status;

typedef struct inflation_stream inflation_stream;

/// Opens a decoder for one stream. In xz, a block's dictionary is at most `largest_block` bytes,
/// whatever the stream states: the caller uses no more of a block. On failure *stream is NULL.
inflation_status inflation_open(inflation_kind kind, uint64_t largest_block,
                                inflation_stream **stream);

/// Decodes some of `in` into `out`; both may be empty, and neither need be used up.
inflation_status inflation_step(inflation_stream *stream, const uint8_t *in, size_t in_length,
                                size_t *consumed, uint8_t *out, size_t out_capacity,
                                size_t *produced);

/// The memory that an xz or lzma stream needs and did not get, in bytes; 0 when unknown.
uint64_t inflation_memory_needed(const inflation_stream *stream);

/// Closes the stream; NULL is allowed.
void inflation_close(inflation_stream *stream);

/// Decodes one raw LZ4 block; a negative result means that it is corrupt or needs more room.
int inflation_lz4_block(const uint8_t *in, size_t in_length, uint8_t *out, size_t out_capacity);

/// Decodes the beginning of one raw LZ4 block, up to `wanted` bytes; the rest is not read.
int inflation_lz4_block_head(const uint8_t *in, size_t in_length, uint8_t *out, size_t wanted);

/// Uninitialized memory for output; NULL when there is none.
uint8_t *inflation_buffer_new(size_t capacity);
void inflation_buffer_free(uint8_t *buffer);
