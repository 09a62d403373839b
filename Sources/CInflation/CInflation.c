// SPDX-License-Identifier: Apache-2.0
#include "CInflation.h"

#include "XZStream.h"

#include <bzlib.h>
#include <limits.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

struct inflation_stream {
  inflation_kind kind;
  uint64_t memory_needed;
  union {
    z_stream gzip;
    xz_stream xz;
    lzma_stream lzma;
    ZSTD_DStream *zstd;
    bz_stream bzip2;
    LZ4F_dctx *lz4;
  } with;
};

static inflation_status lzma_status(lzma_ret result) {
  switch (result) {
    case LZMA_OK:
    case LZMA_BUF_ERROR: // no progress was possible: the caller sees that nothing moved
      return INFLATION_MORE;
    case LZMA_STREAM_END:
      return INFLATION_END;
    case LZMA_MEM_ERROR:
      return INFLATION_OUT_OF_MEMORY;
    case LZMA_OPTIONS_ERROR:
    case LZMA_UNSUPPORTED_CHECK:
      return INFLATION_UNSUPPORTED;
    default:
      return INFLATION_CORRUPT;
  }
}

static inflation_status zstd_status(size_t result) {
  if (!ZSTD_isError(result)) return result == 0 ? INFLATION_END : INFLATION_MORE;
  switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation:
    case ZSTD_error_frameParameter_windowTooLarge: // more than this machine can address
      return INFLATION_OUT_OF_MEMORY;
    case ZSTD_error_version_unsupported:
    case ZSTD_error_frameParameter_unsupported:
    case ZSTD_error_dictionary_wrong:
      return INFLATION_UNSUPPORTED;
    default:
      return INFLATION_CORRUPT;
  }
}

static inflation_status open_gzip(inflation_stream *stream) {
  // 16: a gzip header and trailer, nothing else; 15: any window.
  switch (inflateInit2(&stream->with.gzip, 16 + 15)) {
    case Z_OK:
      return INFLATION_MORE;
    case Z_MEM_ERROR:
      return INFLATION_OUT_OF_MEMORY;
    default:
      return INFLATION_UNSUPPORTED;
  }
}

static inflation_status open_zstd(inflation_stream *stream) {
  ZSTD_DStream *decoder = ZSTD_createDStream();
  if (decoder == NULL) return INFLATION_OUT_OF_MEMORY;
  // Every window that the machine can address: the caller has bounded it.
  size_t result = ZSTD_DCtx_setParameter(decoder, ZSTD_d_windowLogMax,
                                         ZSTD_dParam_getBounds(ZSTD_d_windowLogMax).upperBound);
  if (ZSTD_isError(result)) {
    ZSTD_freeDStream(decoder);
    return zstd_status(result);
  }
  stream->with.zstd = decoder;
  return INFLATION_MORE;
}

static inflation_status open_bzip2(inflation_stream *stream) {
  switch (BZ2_bzDecompressInit(&stream->with.bzip2, 0, 0)) {
    case BZ_OK:
      return INFLATION_MORE;
    case BZ_MEM_ERROR:
      return INFLATION_OUT_OF_MEMORY;
    default:
      return INFLATION_UNSUPPORTED;
  }
}

inflation_status inflation_open(inflation_kind kind, uint64_t largest_block,
                                inflation_stream **stream) {
  *stream = NULL;
  inflation_stream *opened = calloc(1, sizeof *opened);
  if (opened == NULL) return INFLATION_OUT_OF_MEMORY;
  opened->kind = kind;
  inflation_status status = INFLATION_UNSUPPORTED;
  switch (kind) {
    case INFLATION_KIND_GZIP:
      status = open_gzip(opened);
      break;
    case INFLATION_KIND_XZ:
      xz_stream_open(&opened->with.xz, largest_block);
      status = INFLATION_MORE;
      break;
    case INFLATION_KIND_LZMA:
      opened->with.lzma = (lzma_stream)LZMA_STREAM_INIT;
      status = lzma_status(lzma_alone_decoder(&opened->with.lzma, UINT64_MAX));
      break;
    case INFLATION_KIND_ZSTD:
      status = open_zstd(opened);
      break;
    case INFLATION_KIND_BZIP2:
      status = open_bzip2(opened);
      break;
    case INFLATION_KIND_LZ4_FRAME:
      status = LZ4F_isError(LZ4F_createDecompressionContext(&opened->with.lz4, LZ4F_VERSION))
                   ? INFLATION_OUT_OF_MEMORY
                   : INFLATION_MORE;
      break;
  }
  if (status != INFLATION_MORE) {
    free(opened);
    return status;
  }
  *stream = opened;
  return status;
}

static inflation_status step_gzip(z_stream *z, const uint8_t *in, size_t in_length,
                                  size_t *consumed, uint8_t *out, size_t out_capacity,
                                  size_t *produced) {
  uInt offered = in_length > UINT_MAX ? UINT_MAX : (uInt)in_length;
  uInt room = out_capacity > UINT_MAX ? UINT_MAX : (uInt)out_capacity;
  z->next_in = (z_const Bytef *)in;
  z->avail_in = offered;
  z->next_out = out;
  z->avail_out = room;
  int result = inflate(z, Z_NO_FLUSH);
  *consumed = offered - z->avail_in;
  *produced = room - z->avail_out;
  switch (result) {
    case Z_OK:
    case Z_BUF_ERROR:
      return INFLATION_MORE;
    case Z_STREAM_END:
      return INFLATION_END;
    case Z_MEM_ERROR:
      return INFLATION_OUT_OF_MEMORY;
    default:
      return INFLATION_CORRUPT;
  }
}

static inflation_status step_xz(inflation_stream *stream, const uint8_t *in, size_t in_length,
                                size_t *consumed, uint8_t *out, size_t out_capacity,
                                size_t *produced) {
  xz_stream *xz = &stream->with.xz;
  lzma_ret result = xz_stream_step(xz, in, in_length, consumed, out, out_capacity, produced);
  if (result == LZMA_MEM_ERROR) stream->memory_needed = xz->memory_needed;
  return lzma_status(result);
}

static inflation_status step_lzma(inflation_stream *stream, const uint8_t *in, size_t in_length,
                                  size_t *consumed, uint8_t *out, size_t out_capacity,
                                  size_t *produced) {
  lzma_stream *lzma = &stream->with.lzma;
  lzma->next_in = in;
  lzma->avail_in = in_length;
  lzma->next_out = out;
  lzma->avail_out = out_capacity;
  lzma_ret result = lzma_code(lzma, LZMA_RUN);
  *consumed = in_length - lzma->avail_in;
  *produced = out_capacity - lzma->avail_out;
  if (result == LZMA_MEM_ERROR) stream->memory_needed = lzma_memusage(lzma);
  return lzma_status(result);
}

static inflation_status step_zstd(ZSTD_DStream *zstd, const uint8_t *in, size_t in_length,
                                  size_t *consumed, uint8_t *out, size_t out_capacity,
                                  size_t *produced) {
  ZSTD_inBuffer source = {in, in_length, 0};
  ZSTD_outBuffer target = {out, out_capacity, 0};
  size_t result = ZSTD_decompressStream(zstd, &target, &source);
  *consumed = source.pos;
  *produced = target.pos;
  return zstd_status(result);
}

static inflation_status step_bzip2(bz_stream *bz, const uint8_t *in, size_t in_length,
                                   size_t *consumed, uint8_t *out, size_t out_capacity,
                                   size_t *produced) {
  unsigned offered = in_length > UINT_MAX ? UINT_MAX : (unsigned)in_length;
  unsigned room = out_capacity > UINT_MAX ? UINT_MAX : (unsigned)out_capacity;
  bz->next_in = (char *)in;
  bz->avail_in = offered;
  bz->next_out = (char *)out;
  bz->avail_out = room;
  int result = BZ2_bzDecompress(bz);
  *consumed = offered - bz->avail_in;
  *produced = room - bz->avail_out;
  switch (result) {
    case BZ_OK:
      return INFLATION_MORE;
    case BZ_STREAM_END:
      return INFLATION_END;
    case BZ_MEM_ERROR:
      return INFLATION_OUT_OF_MEMORY;
    default:
      return INFLATION_CORRUPT;
  }
}

static inflation_status step_lz4(LZ4F_dctx *lz4, const uint8_t *in, size_t in_length,
                                 size_t *consumed, uint8_t *out, size_t out_capacity,
                                 size_t *produced) {
  size_t taken = in_length;
  size_t given = out_capacity;
  size_t hint = LZ4F_decompress(lz4, out, &given, in, &taken, NULL);
  if (LZ4F_isError(hint)) {
    *consumed = 0;
    *produced = 0;
    // liblz4 numbers its errors only in its private header; the name is public.
    const char *name = LZ4F_getErrorName(hint);
    return strcmp(name, "ERROR_allocation_failed") == 0 ? INFLATION_OUT_OF_MEMORY
                                                        : INFLATION_CORRUPT;
  }
  *consumed = taken;
  *produced = given;
  return hint == 0 ? INFLATION_END : INFLATION_MORE;
}

inflation_status inflation_step(inflation_stream *stream, const uint8_t *in, size_t in_length,
                                size_t *consumed, uint8_t *out, size_t out_capacity,
                                size_t *produced) {
  // Some of the libraries refuse a null pointer even for no bytes.
  static const uint8_t nothing[1];
  if (in_length == 0) in = nothing;
  switch (stream->kind) {
    case INFLATION_KIND_GZIP:
      return step_gzip(&stream->with.gzip, in, in_length, consumed, out, out_capacity, produced);
    case INFLATION_KIND_XZ:
      return step_xz(stream, in, in_length, consumed, out, out_capacity, produced);
    case INFLATION_KIND_LZMA:
      return step_lzma(stream, in, in_length, consumed, out, out_capacity, produced);
    case INFLATION_KIND_ZSTD:
      return step_zstd(stream->with.zstd, in, in_length, consumed, out, out_capacity, produced);
    case INFLATION_KIND_BZIP2:
      return step_bzip2(&stream->with.bzip2, in, in_length, consumed, out, out_capacity,
                        produced);
    case INFLATION_KIND_LZ4_FRAME:
      return step_lz4(stream->with.lz4, in, in_length, consumed, out, out_capacity, produced);
  }
  *consumed = 0;
  *produced = 0;
  return INFLATION_UNSUPPORTED;
}

uint64_t inflation_memory_needed(const inflation_stream *stream) {
  return stream->memory_needed;
}

void inflation_close(inflation_stream *stream) {
  if (stream == NULL) return;
  switch (stream->kind) {
    case INFLATION_KIND_GZIP:
      inflateEnd(&stream->with.gzip);
      break;
    case INFLATION_KIND_XZ:
      xz_stream_close(&stream->with.xz);
      break;
    case INFLATION_KIND_LZMA:
      lzma_end(&stream->with.lzma);
      break;
    case INFLATION_KIND_ZSTD:
      ZSTD_freeDStream(stream->with.zstd);
      break;
    case INFLATION_KIND_BZIP2:
      BZ2_bzDecompressEnd(&stream->with.bzip2);
      break;
    case INFLATION_KIND_LZ4_FRAME:
      LZ4F_freeDecompressionContext(stream->with.lz4);
      break;
  }
  free(stream);
}

int inflation_lz4_block(const uint8_t *in, size_t in_length, uint8_t *out, size_t out_capacity) {
  if (in_length > INT_MAX || out_capacity > INT_MAX) return -1;
  return LZ4_decompress_safe((const char *)in, (char *)out, (int)in_length, (int)out_capacity);
}

int inflation_lz4_block_head(const uint8_t *in, size_t in_length, uint8_t *out, size_t wanted) {
  if (in_length > INT_MAX || wanted > INT_MAX) return -1;
  return LZ4_decompress_safe_partial((const char *)in, (char *)out, (int)in_length, (int)wanted,
                                     (int)wanted);
}

uint8_t *inflation_buffer_new(size_t capacity) { return malloc(capacity == 0 ? 1 : capacity); }

void inflation_buffer_free(uint8_t *buffer) { free(buffer); }
