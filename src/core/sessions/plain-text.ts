/** Turns a terminal's bytes, in pieces as they come, into plain text. */
export interface PlainText {
  /** The text that is certain so far. */
  push(bytes: Uint8Array): string
  /** What was held back. */
  end(): string
}

/**
 * Makes a filter that takes escape sequences and control characters out and makes line ends `\n`. A character or an
 * escape sequence that a piece cuts in two is held back until the rest has come.
 */
export function createPlainText(): PlainText {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let heldSequence = ''
  let heldReturn = ''
  const take = (text: string, isLast: boolean) => {
    const whole = heldSequence + text
    const open = isLast ? '' : (unfinished.exec(whole)?.[0] ?? '')
    heldSequence = open.length > longestSequence ? '' : open
    // a return and its line feed may have a sequence between them, which is gone only now
    const printed = heldReturn + withoutControls(whole.slice(0, whole.length - heldSequence.length))
    heldReturn = !isLast && printed.endsWith('\r') ? '\r' : ''
    return printed.slice(0, printed.length - heldReturn.length).replaceAll('\r\n', '\n')
  }
  return {
    push: (bytes) => take(decoder.decode(bytes, { stream: true }), false),
    end: () => take(decoder.decode(), true),
  }
}

/** Characters after which a sequence without an end is no longer waited for: pictures (sixel) are about the longest. */
const longestSequence = 1024 * 1024

const withoutControls = (text: string) =>
  text.replaceAll(forward, spaces).replaceAll(sequence, '').replaceAll(control, '')

/** The cursor moved to the right: agents write their spaces so. */
// oxlint-disable-next-line no-control-regex -- as below
const forward = /\u001b\[(\d{0,3})C/g
const spaces = (_: string, columns: string) => ' '.repeat(Number(columns || 1))

/**
 * ECMA-48: ESC [ parameters final (CSI); ESC with ], P, X, ^ or _ and a text up to BEL or ESC \ (OSC, DCS …); ESC
 * intermediates final. A text whose end is missing ends at the next ESC.
 */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const sequence = /\u001b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~]?)/g

/** The beginning of a sequence at the end of the text. */
// oxlint-disable-next-line no-control-regex -- as above
const unfinished = /\u001b(?:\[[0-?]*[ -/]*|[\]PX^_][^\u0007\u001b]*\u001b?|[ -/]*)$/

/** Every control character but tab, line feed and carriage return. */
// oxlint-disable-next-line no-control-regex -- as above
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g
