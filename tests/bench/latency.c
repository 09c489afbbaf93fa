/* Time of one inference of a compiled network, in process. usage: latency PARAMETERS INPUT.f32 REPEATS
 * Prints the minimum and the median over batches of 1000 calls, in microseconds per call.
 * Built with -DMODEL=name and -include name.h. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define CALL(suffix) JOIN(MODEL, suffix)

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e6 * (double)t.tv_sec + 1e-3 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  static float input[1 << 20], output[1 << 16];
  char message[256] = "usage: latency PARAMETERS INPUT REPEATS";
  FILE *file = argc == 4 ? fopen(argv[2], "rb") : NULL;
  CALL(_model) *model = file ? CALL(_open)(argv[1], message, sizeof(message)) : NULL;
  if (!model || fread(input, sizeof(float), sizeof(input) / sizeof(float), file) == 0) {
    fprintf(stderr, "%s\n", message);
    return 1;
  }
  int repeats = atoi(argv[3]);
  double *times = malloc(sizeof(double) * (size_t)repeats);
  for (int r = 0; r < repeats; ++r) {
    double start = now_us();
    for (int i = 0; i < 1000; ++i) {
      CALL(_run)(model, input, output);
    }
    times[r] = (now_us() - start) / 1000;
  }
  qsort(times, (size_t)repeats, sizeof(double), ascending);
  printf("%.4f %.4f\n", times[0], times[repeats / 2]);
  free(times);
  fclose(file);
  CALL(_close)(model);
  return 0;
}
