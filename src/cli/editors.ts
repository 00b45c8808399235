/** Editors that open a directory of another machine over SSH. */
export const editors = ['code', 'cursor', 'zed'] as const
export type Editor = (typeof editors)[number]

/** What opens a directory in an editor: `destination` is how ssh reaches its machine; null: it is on this one. */
export function editorCommand(editor: Editor, directory: string, destination: string | null): string[] {
  if (destination === null) return [editor, directory]
  const path = directory.split('/').map(encodeURIComponent).join('/')
  if (editor === 'zed') return [editor, `ssh://${destination}${path}`]
  return [editor, '--folder-uri', `vscode-remote://ssh-remote+${destination}${path}`]
}
