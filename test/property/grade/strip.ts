/**
 * TypeScript to JavaScript. This runs in the submission's process, too: a short text can take a parser hours, and must then take
 * them from its own time.
 */
import { transform } from 'sucrase';

/** JavaScript of a file's text. Throws Error with what is wrong in a line, and where. */
export function strip(path: string, text: string): string {
  try {
    return transform(text, { transforms: ['typescript'], disableESTransforms: true, filePath: path }).code;
  } catch (error) {
    throw new Error((error as Error).message.replace(`Error transforming ${path}: `, ''), { cause: error });
  }
}
