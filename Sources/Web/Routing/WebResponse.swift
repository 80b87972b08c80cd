package import Diagnosis
package import HTTPTypes
package import Hummingbird
package import NIOCore

/// An answer, before the headers that every answer has.
package struct WebResponse: Sendable {
    /// The status.
    package var status: HTTPResponse.Status
    /// The header fields of this answer.
    package var headers: HTTPFields
    /// The body.
    package private(set) var body: ResponseBody
    private var pieces: (length: Int, next: @Sendable (Int) async throws -> ByteBuffer)?
    /// What the body consists of; nil where it is only made while it is sent.
    package private(set) var bytes: ByteBuffer?

    /// An answer with these parts.
    package init(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], body: ResponseBody = .init()) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// An answer that is there as a whole.
    package init(status: HTTPResponse.Status = .ok, headers: HTTPFields, bytes: ByteBuffer) {
        (self.status, self.headers, self.bytes) = (status, headers, bytes)
        body = .init(byteBuffer: bytes)
    }

    /// An answer that is read piece by piece while it is sent, such as a file; a slow reader keeps one piece waiting.
    /// - Parameters:
    ///   - length: the number of bytes.
    ///   - next: the piece that begins at a place; empty where nothing is left.
    package init(
        status: HTTPResponse.Status = .ok, headers: HTTPFields, length: Int,
        next: @escaping @Sendable (_ place: Int) async throws -> ByteBuffer
    ) {
        (self.status, self.headers, pieces) = (status, headers, (length, next))
        body = .init()
    }

    /// The body as a connection of this event loop sends it.
    func body(on eventLoop: any EventLoop) -> ResponseBody {
        guard let (length, next) = pieces else { return body }
        return ResponseBody(contentLength: length) { writer in
            var place = 0
            while place < length {
                let piece = try await next(place)
                guard piece.readableBytes > 0 else { break }
                place += piece.readableBytes
                try await writer.write(piece)
                // That the connection is full is only known once its event loop came to it: never faster than that.
                try await eventLoop.submit {}.get()
            }
            try await writer.finish(nil)
        }
    }

    /// Sends other bytes, which mean the same in a coding of their own.
    mutating func replaceBody(with bytes: ByteBuffer, encoding: String) {
        (self.bytes, body) = (bytes, .init(byteBuffer: bytes))
        headers[.contentEncoding] = encoding
    }

    /// A page.
    package static func page(_ html: HTML, status: HTTPResponse.Status = .ok) -> Self {
        Self(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            bytes: ByteBuffer(bytes: html.bytes))
    }

    /// A JSON document.
    package static func json(
        _ json: JSON, status: HTTPResponse.Status = .ok, type: String = "application/json"
    ) -> Self {
        var bytes: [UInt8] = []
        json.write(into: &bytes)
        bytes.append(10)
        return Self(
            status: status, headers: [.contentType: "\(type); charset=utf-8"],
            bytes: ByteBuffer(bytes: bytes))
    }

    /// Plain text.
    package static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Self {
        Self(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            bytes: ByteBuffer(string: text))
    }

    /// Sends the browser to another page of ours, with GET.
    package static func seeOther(_ path: LocalPath) -> Self {
        Self(status: .seeOther, headers: [.location: path.text])
    }

    /// A file for download.
    package static func download(_ bytes: [UInt8], name: String, type: String) -> Self {
        Self(
            headers: [
                .contentType: type,
                .contentDisposition: "attachment; filename=\"\(name)\"",
            ],
            bytes: ByteBuffer(bytes: bytes))
    }

    /// The answer with a cookie that scripts cannot read.
    package func settingCookie(_ name: String, _ value: String, maxAge: Int, isSecure: Bool) -> Self {
        var copy = self
        var text = "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax; Max-Age=\(maxAge)"
        if isSecure { text += "; Secure" }
        copy.headers.append(HTTPField(name: .setCookie, value: text))
        return copy
    }
}

/// A path within this site: what a redirect may point to.
package struct LocalPath: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// The path, its query and its fragment.
    package let text: String

    package init(stringLiteral text: String) { self.text = text }

    /// The path that somebody sent us, if it stays within this site.
    package init?(untrusted text: String) {
        let isPlain = text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "\\") }
        guard isPlain, text.hasPrefix("/"), !text.hasPrefix("//"), text.utf8.count < 2000 else { return nil }
        self.text = text
    }

    /// The same page, which then says what was done as `other` would have said it.
    package func saying(as other: LocalPath) -> LocalPath {
        guard !text.contains("done="),
            let done = other.text.split(whereSeparator: { "?&#".contains($0) }).first(where: {
                $0.hasPrefix("done=")
            })
        else { return self }
        return adding(String(done))
    }

    /// The same page, which then also offers to take back what was done.
    package func offering(undo offer: String?) -> LocalPath {
        offer.map { adding("undo=\($0)") } ?? self
    }

    private func adding(_ pair: String) -> LocalPath {
        let parts = text.split(separator: "#", maxSplits: 1).map(String.init)
        let separator = parts[0].contains("?") ? "&" : "?"
        let fragment = parts.count > 1 ? "#\(parts[1])" : ""
        return "\(parts[0])\(separator)\(pair)\(fragment)"
    }
}
