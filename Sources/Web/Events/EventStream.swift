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
    /// The moment of it, which a reader that comes back names; nil where the last one counts on.
    package var mark: String?

    /// An event with all parts.
    package init(name: String, data: String, mark: String? = nil) {
        (self.name, self.data, self.mark) = (name, data, mark)
    }

    /// The moment at which a reader begins to listen, for when it is cut off before it hears anything.
    package static func beginning(_ mark: String) -> ServerEvent {
        ServerEvent(name: "", data: "", mark: mark)
    }

    /// A comment that keeps the connection open and finds readers that have gone.
    package static let heartbeat = ServerEvent(name: "", data: "")

    var text: String {
        let id = mark.map { "id: \($0)\n" } ?? ""
        guard !name.isEmpty else { return id.isEmpty ? ": still here\n\n" : "\(id)\n" }
        let lines = data.split(separator: "\n", omittingEmptySubsequences: false).map { "data: \($0)\n" }
            .joined()
        return "event: \(name)\n\(id)\(lines)\n"
    }
}

extension WebRequest {
    /// The moment from which a reader of events wants to know what it missed: what it was last told, or else what its
    /// page says (`since`); nil where it names none.
    package var stateMark: String? {
        HTTPField.Name("Last-Event-ID").flatMap { headers[$0] } ?? query("since")
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
