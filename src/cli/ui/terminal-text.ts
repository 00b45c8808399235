/**
 * A line a program wrote, made fit for a terminal: colours and styles stay, whatever else an escape sequence can do
 * (move the cursor, set the title or the clipboard, ask the terminal to type) is left out, and so are control
 * characters but the tab.
 */
export function terminalText(line: string): string {
  const text = line.replaceAll(sequences, (sequence) => (colour.test(sequence) ? sequence : ''))
  return text.includes('\u001b[') ? `${text}\u001b[0m` : text
}

/** CSI m (select graphic rendition), as ECMA-48 8.3.117 has it. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const colour = /^\u001b\[[\d;:]*m$/

/**
 * What ECMA-48 calls control sequences and control strings, in their 7-bit and 8-bit forms, cut off ones too; then any
 * other control character but the tab.
 */
const sequences = new RegExp(
  [
    // CSI: parameters, intermediates, a final byte
    '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?',
    // OSC, DCS, SOS, PM, APC: until the string terminator, BEL, or the end
    '(?:\\u001b[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c|$)?',
    // other escapes: intermediates, a final byte
    '\\u001b[ -/]*[0-~]?',
    '[\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f]',
  ].join('|'),
  'g',
)
