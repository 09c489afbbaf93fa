/* A program around a compiled network: reads floats from a file, prints the outputs' bits. */
#include <stdio.h>
#include <string.h>

#include "net.h"

int main(int argc, char **argv) {
  char message[256];
  float x[COUNT_IN], y[COUNT_OUT];
  net_model *model = net_open(argv[1], message, sizeof(message));
  FILE *file = argc > 2 ? fopen(argv[2], "rb") : NULL;
  if (!model || !file) {
    fprintf(stderr, "%s\n", model ? "no input" : message);
    return 1;
  }
  while (fread(x, sizeof(x), 1, file) == 1) {
    if (net_run(model, x, y) != 0) {
      fprintf(stderr, "%s\n", net_message(model));
      return 1;
    }
    for (int i = 0; i < COUNT_OUT; ++i) {
      uint32_t bits;
      memcpy(&bits, &y[i], sizeof(bits));
      printf("%08x\n", (unsigned)bits);
    }
  }
  fclose(file);
  net_close(model);
  return 0;
}
