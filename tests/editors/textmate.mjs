// Asked by the tests: for each line `FILE LINE COLUMN` of $QUESTIONS, the scopes there, outermost first, as one line of output.
// Highlights with VS Code's own library, and with the grammars that it has for the languages inside fences.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.env.PACKAGES, 'package.json'));
const textmate = require('vscode-textmate');
const oniguruma = require('vscode-oniguruma');

await oniguruma.loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')).buffer);

const others = join(process.env.PACKAGES, 'node_modules/tm-grammars/grammars');
const grammars = {
  'source.rbk': process.env.GRAMMAR,
  'source.sql': join(others, 'sql.json'),
  'source.shell': join(others, 'shellscript.json'),
  'text.html.markdown': join(others, 'markdown.json'),
};
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async (scope) =>
    grammars[scope] ? textmate.parseRawGrammar(readFileSync(grammars[scope], 'utf8'), grammars[scope]) : null,
});
const grammar = await registry.loadGrammar('source.rbk');

const files = new Map();
function lines(file) {
  if (!files.has(file)) {
    let state = textmate.INITIAL;
    const found = readFileSync(file, 'utf8').split('\n').map((text) => {
      const line = grammar.tokenizeLine(text, state);
      state = line.ruleStack;
      return { text, tokens: line.tokens };
    });
    files.set(file, found);
  }
  return files.get(file);
}

const answers = readFileSync(process.env.QUESTIONS, 'utf8').trim().split('\n').map((question) => {
  const [file, line, column] = question.split(' ');
  const { text, tokens } = lines(file)[line - 1];
  const at = Buffer.from(text).subarray(0, column - 1).toString().length;
  return tokens.find((token) => token.startIndex <= at && at < token.endIndex)?.scopes.join(' ') ?? '';
});
process.stdout.write(answers.join('\n') + '\n');
