/** What a listener does with each packet it gets: calls `reply` once, later, or never. */
export type PacketHandler = (packet: Buffer, transport: 'udp' | 'tcp', reply: (packet: Buffer) => void) => void

/** An open socket that takes questions. */
export interface Listener {
  port: number
  close(): Promise<void>
}
