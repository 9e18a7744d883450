// Cuts out fences: three to five backticks and a language, lines, and as many backticks alone on a line.
//
// Holds one thing between its calls: how many backticks opened the fence.

#include "tree_sitter/parser.h"

#include <stdlib.h>

enum { OPEN, CODE, CLOSE, SENTINEL };

typedef struct {
  char ticks;
} Fence;

void *tree_sitter_rbk_external_scanner_create(void) { return calloc(1, sizeof(Fence)); }

void tree_sitter_rbk_external_scanner_destroy(void *payload) { free(payload); }

unsigned tree_sitter_rbk_external_scanner_serialize(void *payload, char *buffer) {
  buffer[0] = ((Fence *)payload)->ticks;
  return 1;
}

void tree_sitter_rbk_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  ((Fence *)payload)->ticks = length == 1 ? buffer[0] : 0;
}

static bool is_blank(TSLexer *lexer) { return lexer->lookahead == ' ' || lexer->lookahead == '\t' || lexer->lookahead == '\r'; }

static void skip_blanks(TSLexer *lexer, bool skip) {
  while (is_blank(lexer)) lexer->advance(lexer, skip);
}

static int ticks(TSLexer *lexer) {
  int count = 0;
  for (; lexer->lookahead == '`'; count++) lexer->advance(lexer, false);
  return count;
}

static bool open(Fence *fence, TSLexer *lexer) {
  skip_blanks(lexer, true);
  int count = ticks(lexer);
  if (count < 3 || count > 5) return false;
  fence->ticks = (char)count;
  lexer->result_symbol = OPEN;
  return true;
}

// From behind the language: the lines up to the closing one, or, where there are none, the closing backticks.
static bool code_or_close(Fence *fence, TSLexer *lexer, bool may_be_code) {
  skip_blanks(lexer, true);
  if (may_be_code) {
    if (lexer->lookahead != '\n') return false;
    lexer->advance(lexer, true);
  }
  bool any = false;
  while (!lexer->eof(lexer)) {
    if (any) lexer->mark_end(lexer);
    skip_blanks(lexer, false);
    if (ticks(lexer) == fence->ticks) {
      if (!any) lexer->mark_end(lexer);
      skip_blanks(lexer, false);
      if (lexer->lookahead == '\n' || lexer->eof(lexer)) {
        lexer->result_symbol = any ? CODE : CLOSE;
        return true;
      }
    }
    if (!may_be_code) return false;
    while (lexer->lookahead != '\n' && !lexer->eof(lexer)) lexer->advance(lexer, false);
    if (lexer->lookahead == '\n') lexer->advance(lexer, false);
    any = true;
  }
  return false;
}

bool tree_sitter_rbk_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  Fence *fence = payload;
  if (valid[SENTINEL]) return false;
  if (valid[CODE] || valid[CLOSE]) return code_or_close(fence, lexer, valid[CODE]);
  return valid[OPEN] && open(fence, lexer);
}
