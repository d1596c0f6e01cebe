/**
 * Finds words that this project does not use, because readers had to guess their meaning.
 *
 *   node test/helpers/words.mjs           checks the paths in CHECKED
 *   node test/helpers/words.mjs src/lib   checks these paths instead
 *
 * It checks the text of Markdown files without code, comments and strings of source files, descriptions of a GraphQL
 * schema, comments of .env.example, and the titles of test files. It prints `file:line: word: advice` and exits with 1.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The paths that are clean. Add `src/...`, `schema.graphql` and `test/...` (titles) when they are. */
const CHECKED = ['README.md', '.env.example', 'docs', 'test/bench/NOTES.md'];

/** Contract names and field-standard terms that contain one of the words. */
const ALLOWED = ['foreign keys?', 'page faults?', 'User Sign-In Turned Away'];

/** Words and phrases as regular expressions, and what to write instead. Those in `(?-i:...)` are case-sensitive. */
const WORDS = [
  ['anew', 'again, or restart'],
  ['whoever', 'the client, the caller'],
  ['un?told|told', 'reported, informed, distinguished'],
  ['(?:tell|tells|telling) .{1,30} apart', 'distinguish'],
  ['turned away', 'rejected, rate-limited'],
  ['for ever', 'permanently, or an end condition'],
  ['slowed', 'delayed'],
  ['(?<!there )is no(?! (?:longer|more|less))', 'is not a'],
  ['besides?', 'in addition to, next to'],
  ['stands', 'is'],
  ['(?:stored|kept|set) apart', 'stored separately'],
  ['(?:hang|hangs|hung) on', 'children of, nested in'],
  ['vanish(?:ed|es|ing)?', 'missing, deleted'],
  ['foreign', 'upstream'],
  ['(?:the|this) program', 'the gateway'],
  ['cop(?:y|ies) of (?:the|this) (?:gateway|program)', 'instance of the gateway'],
  ['(?-i:Those (?:that|who))', 'a noun'],
  ['who asks', 'the client'],
  ['of who', 'of a client that'],
  ['set aside', 'reserve'],
  ['(?:judge|judges|verdicts?)', 'authorize, cached decision'],
  ['reception', 'request context, receipt'],
  ['(?:guesser|discretion)', 'attacker, redaction'],
  ['people', 'users'],
  ['followers?', 'roll-up worker'],
  ['pulse', 'health probe'],
  ['floors?|the house', 'layer, architecture'],
  ['(?:front )?door', 'HTTP layer'],
  ['said', 'the message, the value'],
  ['(?:a|an|the|of|these|its|each|one|which|no) spans?', 'position range, range scan'],
  ['(?-i:arms?)', 'branch'],
  ['lanes?', 'concurrency slot'],
  ['faults?', 'error, invalid value'],
  ['behind (?:the|a|its|this|that|every) (?:cursor|position|place|reader|watermark)', 'after'],
  ['where (?:there (?:is|are|was|were)|nothing|nobody|none|no)', 'if'],
  ['(?:but|even|not|only) where', 'if'],
  [', where (?:it|they|that|this|one)', 'if'],
  ['at once', 'immediately, at a time'],
  ['for want of', 'because of'],
  ['but for', 'except for'],
];

const allowed = new RegExp(`\\b(?:${spaced(ALLOWED.join('|'))})\\b`, 'g');
const words = WORDS.map(([pattern, advice]) => ({ advice, regex: regexOf(pattern) }));

const COMMENT = /(?<comment>\/\*[\s\S]*?\*\/|\/\/.*)/;
const STRING = /(?<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")/;
/** A slash begins a regular expression only after one of these; elsewhere it divides. */
const REGEX = /(?<=(?:[(,=:[!&|?{};+<>~]|return|^)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/[a-z]*/;
const TOKEN = new RegExp([COMMENT, STRING, REGEX, /[\s\S]/].map(({ source }) => source).join('|'), 'gmy');
const TEMPLATE_TEXT = /(?:[^`$\\]|\\[\s\S]|\$(?!\{))+/y;

let found = 0;
for (const file of (process.argv.length > 2 ? process.argv.slice(2) : CHECKED).flatMap(filesIn)) {
  const text = proseOf(file).replace(allowed, blank);
  for (const { line, word, advice } of wordsIn(text)) {
    console.error(`${file}:${line}: "${word}": ${advice}`);
    found += 1;
  }
}
if (found > 0) process.exitCode = 1;

function regexOf(pattern) {
  const matchesCase = pattern.startsWith('(?-i:');
  const body = matchesCase ? pattern.replace('(?-i:', '(?:') : pattern;
  return new RegExp(`(?<![\\w-])(?:${spaced(body)})(?![\\w-])`, matchesCase ? 'g' : 'gi');
}

/** Lets a phrase wrap to the next line. */
function spaced(pattern) {
  return pattern.replaceAll(' ', '\\s+');
}

function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  const inside = readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name));
  return inside.filter((name) => /\.(md|ts|mjs|graphql)$/.test(name)).sort();
}

function* wordsIn(text) {
  const hits = words.flatMap(({ advice, regex }) => [...text.matchAll(regex)].map((match) => ({ advice, match })));
  for (const { advice, match } of hits.sort((a, b) => a.match.index - b.match.index)) {
    const line = text.slice(0, match.index).split('\n').length;
    yield { line, word: match[0].trim().replace(/\s+/g, ' '), advice };
  }
}

/** The prose of a file, at its original offsets; everything else becomes spaces. */
function proseOf(file) {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.md')) return text.replace(/```[\s\S]*?```|`[^`]*`|\]\([^)]*\)/g, blank);
  if (file.endsWith('.graphql')) return keep(text, /"""[\s\S]*?"""|"[^"\n]*"/g);
  if (file.endsWith('.test.ts')) {
    return keep(text, /(?<=\b(?:test|it|describe|onEveryEngine)\b[\w.]*\(\s*)(?:'(?:\\.|[^'\\])*'|`[^`]*`|"[^"]*")/g);
  }
  if (/\.m?ts$|\.mjs$/.test(file)) return commentsAndStrings(text);
  return keep(text, /^#.*$/gm);
}

/** Replaces all characters but line ends with spaces, so that offsets stay valid. */
function blank(text) {
  return text.replace(/[^\n]/g, ' ');
}

/** Keeps only what matches. */
function keep(text, regex) {
  let prose = '';
  for (const match of text.matchAll(regex)) prose += blank(text.slice(prose.length, match.index)) + match[0];
  return prose + blank(text.slice(prose.length));
}

/** Keeps the comments and strings of TypeScript. A template is read as text, and the expressions in it as code. */
function commentsAndStrings(text) {
  let prose = '';
  /** For each open template, the number of open braces in its expression, or 0 in its text. */
  const templates = [];
  for (let at = 0; at < text.length; at = prose.length) {
    if (templates.at(-1) === 0) {
      const plain = matchAt(TEMPLATE_TEXT, text, at)?.[0] ?? '';
      prose += plain;
      if (text[prose.length] === '`') {
        templates.pop();
        prose += ' ';
      } else {
        templates[templates.length - 1] = 1;
        prose += '  ';
      }
      continue;
    }
    const { 0: token, groups } = matchAt(TOKEN, text, at);
    const isPath = /\b(?:from|import)[\s(]*$/.test(text.slice(Math.max(0, at - 20), at));
    if (groups.comment) prose += token.replace(/^(\s*)\*/gm, '$1 ');
    else if (groups.string && !isPath) prose += token;
    else prose += blank(token);
    if (token === '`') templates.push(0);
    else if (templates.length > 0 && token === '{') templates[templates.length - 1] += 1;
    else if (templates.length > 0 && token === '}') templates[templates.length - 1] -= 1;
  }
  return prose;
}

function matchAt(regex, text, at) {
  regex.lastIndex = at;
  return regex.exec(text);
}
