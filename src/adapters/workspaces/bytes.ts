/**
 * File names are bytes, not text. Inside this adapter a relative path is a string with one character for each byte
 * (latin1), so that names that are no UTF-8 survive; these turn it into what the outside wants.
 */
export type BytePath = string

/** For `fs` calls: an absolute directory given as text, and a path below it. */
export function bytesAt(directory: string, path: BytePath): Buffer {
  return path === ''
    ? Buffer.from(directory)
    : Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, 'latin1')])
}

/** For people and patterns; bytes that are no UTF-8 become U+FFFD. */
export function textOf(path: BytePath): string {
  return isAscii(path) ? path : Buffer.from(path, 'latin1').toString('utf8')
}

/** A path given as text (config, git's own output decoded) in bytes. */
export function bytesOf(text: string): BytePath {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

/** Whether the path can stand in an argument list, which Node passes as UTF-8. */
export function isText(path: BytePath): boolean {
  return isAscii(path) || bytesOf(textOf(path)) === path
}

/** `directory/name`, where the top directory is ''. */
export function joinBytes(directory: BytePath, name: BytePath): BytePath {
  return directory === '' ? name : `${directory}/${name}`
}

function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /^[\0-\x7f]*$/.test(text)
}
