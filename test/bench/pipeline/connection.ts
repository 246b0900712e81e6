import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A keep-alive connection that asks one thing at a time. Node's own client costs several times as much. */
export class Connection {
  readonly #socket: Socket;
  #said = "";
  #done: (() => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#take(text));
    socket.on("error", (error) => this.#failed?.(error));
    socket.on("close", () => this.#failed?.(new Error("the server closed the connection")));
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Connection(socket);
  }

  /** Sends a whole request and resolves when its answer is there. Rejects when that is not 200. */
  ask(request: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#failed = undefined;
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#said += text;
    if (!isWhole(this.#said)) return;
    const said = this.#said;
    this.#said = "";
    if (said.startsWith("HTTP/1.1 200 ")) this.#done?.();
    else this.#failed?.(new Error(`the server answered ${said.slice(0, 200)}`));
  }
}

const LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

/** Whether an answer is there to its end, by its length or its last chunk. */
function isWhole(said: string): boolean {
  const head = said.indexOf("\r\n\r\n");
  if (head < 0) return false;
  const length = LENGTH.exec(said)?.[1];
  return length === undefined ? said.endsWith("0\r\n\r\n") : said.length >= head + 4 + Number(length);
}

/** A request with its head, ready to be written. */
export function requestOf(body: Buffer): Buffer {
  const head =
    "POST /v1/traces HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-protobuf\r\n" +
    `content-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}
