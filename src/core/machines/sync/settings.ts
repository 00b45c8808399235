type Setting = [key: string, value: string]

/** Settings that mean the same on another machine. Nothing that names a program, a path, a key or a credential. */
const portable =
  /^(?:user\.(?:name|email)|author\.(?:name|email)|committer\.(?:name|email)|core\.(?:autocrlf|eol|safecrlf|whitespace|commentchar|sparsecheckout|sparsecheckoutcone)|init\.defaultbranch|(?:pull|branch\..+)\.rebase|branch\..+\.(?:remote|merge)|remote\..+\.(?:url|fetch|promisor|partialclonefilter))$/

/** The settings of a repository that a copy of it elsewhere can use; credentials in addresses stay here. */
export function portableSettings(all: readonly (readonly [string, string])[]): Setting[] {
  return all
    .filter(([key]) => portable.test(key))
    .map(([key, value]): Setting => [key, key.endsWith('.url') ? withoutCredentials(value) : value])
}

/** `https://token@host/x` → `https://host/x`; `ssh://git:pw@host` → `ssh://git@host`. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/@]*)@/i, (_, scheme: string, who: string) => {
    const user = /^https?:/i.test(scheme) ? '' : (who.split(':')[0] ?? '')
    return user === '' ? scheme : `${scheme}${user}@`
  })
}

/** A git config file with these settings. Throws RangeError for keys git would not take. */
export function configText(settings: readonly (readonly [string, string])[]): string {
  return settings.map(([key, value]) => `${header(key)}\n\t${lastPart(key)} = ${quoted(value)}\n`).join('')
}

function header(key: string): string {
  const [first, last] = [key.indexOf('.'), key.lastIndexOf('.')]
  const section = key.slice(0, first)
  const subsection = key.slice(first + 1, last)
  if (first < 1 || !/^[a-z0-9-]+$/i.test(section) || !/^[a-z][a-z0-9-]*$/i.test(lastPart(key)) || /[\n\0]/.test(key))
    throw new RangeError(`${JSON.stringify(key)} is no setting of git`)
  return first === last ? `[${section}]` : `[${section} "${subsection.replaceAll(/["\\]/g, '\\$&')}"]`
}

const lastPart = (key: string) => key.slice(key.lastIndexOf('.') + 1)

function quoted(value: string): string {
  const escapes: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t', '\b': '\\b' }
  return `"${value.replaceAll('\0', '').replaceAll(/[\\"\n\t\b]/g, (character) => escapes[character] ?? character)}"`
}
