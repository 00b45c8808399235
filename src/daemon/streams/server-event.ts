/** One server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html), its data as JSON. */
export function serverEvent({ id, event, data }: { id: number; event: string; data: unknown }): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** A line that whoever reads server-sent events passes over. */
export const serverComment = (text: string): string => `: ${text}\n\n`
