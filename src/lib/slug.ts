/** Text as a DNS label: lower case, runs of anything else as one `-`, none at the ends, at most `max` characters. */
export function slug(text: string, max = 63): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, max)
    .replace(/-+$/, '')
}
