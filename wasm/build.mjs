// Compiles the writer of rows: `node wasm/build.mjs`, or with `--check` says whether what is committed is what the source says.
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const target = new URL('../src/database/dialects/mysql/row-encoder/encoder.wasm.ts', import.meta.url);

const options = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '--use',
  'abort=',
  '--outFile',
  'binary',
];
let binary;
const { error, stderr } = await asc.main(['row-encoder.ts', ...options], {
  readFile: (name) => {
    try {
      return readFileSync(new URL(name, import.meta.url), 'utf8');
    } catch {
      return null;
    }
  },
  writeFile: (_name, contents) => {
    binary = contents;
  },
  listFiles: () => [],
});
if (error) throw new Error(`${error.message}\n${stderr}`);

const text = `/** Compiled from \`wasm/row-encoder.ts\` by \`npm run build:wasm\`, in base64. */
export const rowEncoderWasm =
  '${Buffer.from(binary).toString('base64')}';
`;
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error(
    'src/database/dialects/mysql/row-encoder/encoder.wasm.ts is not what wasm/row-encoder.ts compiles to: npm run build:wasm',
  );
  process.exitCode = 1;
}
