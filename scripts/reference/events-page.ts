/** docs/reference/events.md: every type of event, by family. */
export function eventsPage(types: Readonly<Record<string, string>>): string {
  const families = Map.groupBy(Object.entries(types), ([type]) => type.split('.')[0] ?? '')
  return [introduction, ...[...families].flatMap(([family, entries]) => section(family, entries)), ''].join('\n')
}

const introduction = `# Events

What \`berth events\` and the feed \`event.feed\` tell. Each event has a number \`id\` (ascending, never given twice), its \`time\`, a \`type\`,
a \`subject\` (\`shop/feat-a\`), the \`machine\` and \`context\`, the \`operation\` it is part of, the \`actor\` who asked for it (\`berthd\` for what
it does by itself or sees happen) and \`data\`: the keys named below. Types are stable; further ones may come, and further keys.`

function section(family: string, entries: readonly (readonly [string, string])[]): string[] {
  const rows = entries.map(([type, meaning]) => `| \`${type}\` | ${meaning} |`)
  return ['', `## ${family}`, '', '| type | what happened |', '|---|---|', ...rows]
}
