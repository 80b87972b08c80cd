import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// One server-sent event.
package struct ServerEvent: Sendable {
    /// The name of the event; empty for a mere sign of life.
    package var name: String
    /// The text.
    package var data: String

    /// An event with all parts.
    package init(name: String, data: String) { (self.name, self.data) = (name, data) }

    /// A comment that keeps the connection open and finds readers that have gone.
    package static let heartbeat = ServerEvent(name: "", data: "")

    var text: String {
        guard !name.isEmpty else { return ": still here\n\n" }
        let lines = data.split(separator: "\n", omittingEmptySubsequences: false).map { "data: \($0)\n" }
            .joined()
        return "event: \(name)\n\(lines)\n"
    }
}

extension WebRequest {
    /// How old the state of the page is that asks for events: `age`, in milliseconds; nil if it does not say.
    package var stateAge: Duration? {
        query("age").flatMap { Int64($0) }.map { .milliseconds(max(0, min($0, 1_000_000_000_000))) }
    }
}

extension WebResponse {
    /// An answer that goes on: each event is sent as it comes, until the reader leaves, the stream ends, or the
    /// server is asked to end.
    package static func events(_ events: AsyncStream<ServerEvent>) -> Self {
        WebResponse(
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"],
            body: .init { writer in
                try await writer.write(ByteBuffer(string: "retry: 1500\n\n"))
                for await event in events.cancelOnGracefulShutdown() {
                    try await writer.write(ByteBuffer(string: event.text))
                }
                try await writer.finish(nil)
            })
    }
}
