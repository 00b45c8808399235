type Table = 'filter' | 'nat' | 'raw'

/** Rules in chains of others that carry a comment of ours, as deletions, by table. `saved`: what `iptables-save` says. */
export function rulesMarked(saved: string, mark: string): Record<Table, string[]> {
  const found: Record<Table, string[]> = { filter: [], nat: [], raw: [] }
  let table = ''
  const carries = new RegExp(`--comment "?${mark}"? `)
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1)
    if (line.startsWith('-A ') && carries.test(line)) found[table as Table]?.push(line.replace('-A', '-D'))
  }
  return found
}

/** Where rules for what is forwarded to containers go: Docker keeps a chain for others', ahead of its own, which drop what comes from elsewhere. */
export const forwardChain = (saved: string) => (saved.includes('\n:DOCKER-USER ') ? 'DOCKER-USER' : 'FORWARD')

/** What `iptables-restore --noflush` reads: each table as a whole; '' where nothing is to be done. */
export function restoring(lines: Record<Table, readonly string[]>): string {
  return Object.entries(lines)
    .filter(([, rules]) => rules.length > 0)
    .map(([table, rules]) => `*${table}\n${rules.join('\n')}\nCOMMIT\n`)
    .join('')
}
