import { isIP } from 'node:net'

const MARK = '# Berth: names below '

/** Addresses of the `nameserver` lines of a resolv.conf, in their order. */
export function nameServersIn(text: string): string[] {
  return [...text.matchAll(/^nameserver[ \t]+([^\s#;]+)/gm)]
    .map(([, address = '']) => address)
    .filter((address) => isIP(address.replace(/%.*$/, '')) !== 0)
}

/**
 * The file with one more name server, asked first. Those it had stay: they are asked when berthd does not run, and by
 * containers, which cannot reach a loopback address of the machine.
 */
export function withNameServer(text: string, suffix: string, address: string): string {
  return `${MARK}${suffix} (berth setup --undo takes these two lines out)\nnameserver ${address}\n${text}`
}

/** The file without what `withNameServer` put in, wherever it is by now. */
export function withoutNameServer(text: string): string {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.startsWith(MARK))
  if (at === -1) return text
  const count = lines[at + 1]?.startsWith('nameserver 127.') ? 2 : 1
  return lines.toSpliced(at, count).join('\n')
}

/** Name of the program that says in the file that it writes it, if one does. */
export function writerOf(text: string): string | undefined {
  const comments = text.match(/^[#;].*$/gm)?.join('\n') ?? ''
  const writers = ['NetworkManager', 'resolvconf', 'systemd-resolved', 'dhclient', 'dhcpcd', 'connman', 'WSL']
  return writers.find((writer) => comments.toLowerCase().includes(writer.toLowerCase()))
}
