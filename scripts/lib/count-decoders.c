// SPDX-License-Identifier: Apache-2.0
// Counts how many streams a program inflates by more than a look at their begin: preloaded, it stands
// between the program and the libraries. At the end a line is added to the file that COUNT_DECODERS
// names: the streams of which 64 KiB or more came, and how many bytes in all. (LZO is inflated by the
// program itself; a legacy LZ4 stream is counted by its blocks.)
#define _GNU_SOURCE
#include <bzlib.h>
#include <dlfcn.h>
#include <lz4.h>
#include <lzma.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#define LOOK (64 << 10)

static atomic_long gzip, bzip2, xz, zstd, lz4, bytes;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void count(atomic_long *kind, long long produced) {
  atomic_fetch_add(&bytes, produced);
  if (produced >= LOOK) atomic_fetch_add(kind, 1);
}

int inflateEnd(z_streamp stream) {
  count(&gzip, (long long)stream->total_out);
  return NEXT(inflateEnd)(stream);
}

int BZ2_bzDecompressEnd(bz_stream *stream) {
  count(&bzip2, (long long)stream->total_out_hi32 << 32 | stream->total_out_lo32);
  return NEXT(BZ2_bzDecompressEnd)(stream);
}

void lzma_end(lzma_stream *stream) {
  count(&xz, (long long)stream->total_out);
  NEXT(lzma_end)(stream);
}

// Streams of this library do not tell what was produced: those that end are counted.
size_t ZSTD_decompressStream(ZSTD_DStream *stream, ZSTD_outBuffer *target, ZSTD_inBuffer *source) {
  size_t before = target->pos;
  size_t result = NEXT(ZSTD_decompressStream)(stream, target, source);
  if (result == 0) atomic_fetch_add(&zstd, 1);
  atomic_fetch_add(&bytes, (long)(target->pos - before));
  return result;
}

int LZ4_decompress_safe(const char *source, char *target, int size, int room) {
  int produced = NEXT(LZ4_decompress_safe)(source, target, size, room);
  count(&lz4, produced > 0 ? produced : 0);
  return produced;
}

int LZ4_decompress_safe_partial(const char *source, char *target, int size, int wanted, int room) {
  int produced = NEXT(LZ4_decompress_safe_partial)(source, target, size, wanted, room);
  count(&lz4, produced > 0 ? produced : 0);
  return produced;
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("COUNT_DECODERS");
  FILE *file = path ? fopen(path, "a") : NULL;
  if (!file) return;
  fprintf(file, "gzip %ld bzip2 %ld xz %ld zstd %ld lz4 %ld bytes %ld\n", gzip, bzip2, xz, zstd, lz4,
          bytes);
  fclose(file);
}
