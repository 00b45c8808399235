import { stripVTControlCharacters } from 'node:util'

/**
 * Text from elsewhere (a daemon, a container, a file name) made safe for a terminal: no escape sequences, no control
 * characters but tab and newline.
 */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it removes
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}
