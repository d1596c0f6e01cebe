/** The most brackets within each other in the text of a document, those of texts and comments left out. */
export function deepestBracket(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '{':
      case '[':
      case '(':
        depth++;
        if (depth > deepest) deepest = depth;
        break;
      case '}':
      case ']':
      case ')':
        depth--;
        break;
      case '#':
        at = endOfLine(text, at);
        break;
      case '"':
        at = text.startsWith('"""', at) ? endOfBlock(text, at + 3) : endOfText(text, at + 1);
        break;
    }
  }
  return deepest;
}

function endOfLine(text: string, start: number): number {
  let at = start;
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}

/** Returns where the quotation mark is that ends a text; a text that does not end, which is a syntax error, ends the document. */
function endOfText(text: string, start: number): number {
  let at = start;
  for (; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
  return at;
}

function endOfBlock(text: string, start: number): number {
  let at = text.indexOf('"""', start);
  while (at > 0 && text[at - 1] === '\\') at = text.indexOf('"""', at + 1);
  return at < 0 ? text.length : at + 2;
}
