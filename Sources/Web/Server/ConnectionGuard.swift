package import NIOCore
import NIOHTTP1

/// Stands between a connection's parser and the site: what is malformed, endless or too slow goes no further.
///
/// - A head that two servers could read differently, or that has no end, is answered here, once, with the connection
///   closed behind it: 400, 431, 501. Nothing behind it is carried out.
/// - A body that breaks its own framing ends the request; whatever was answered stays the only answer.
/// - Whoever sends or reads too slowly (`ConnectionPace`) is cut off.
///
/// Cost: a few counts a part, one timer a connection. Sources: RFC 9112, sections 3.2, 6.3 and 11; RFC 6585, section 5.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What a request is refused with before anybody else sees it.
    private struct Fault {
        var status: HTTPResponseStatus
        var words: String
    }

    private let limits: ConnectionPace.Limits
    private var pace: ConnectionPace
    private var timer: Scheduled<Void>?
    private var isAsking = true
    private var isDeaf = false
    private var isBroken = false
    private var hasBegunToAnswer = false
    private var fault: Fault?
    private var closingSince: Duration?

    /// A guard for one connection.
    init(_ limits: ConnectionPace.Limits) {
        self.limits = limits
        pace = ConnectionPace(limits, at: Self.now)
    }

    private static var now: Duration { .nanoseconds(Int64(NIODeadline.now().uptimeNanoseconds)) }

    // MARK: Its life

    func handlerAdded(context: ChannelHandlerContext) { schedule(context) }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        context.fireChannelInactive()
    }

    private func schedule(_ context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limits.interval)) {
            self.look(context)
        }
    }

    private func look(_ context: ChannelHandlerContext) {
        timer = nil
        guard context.channel.isActive else { return }
        let now = Self.now
        if let closingSince {
            guard now - closingSince < limits.stall else { return context.close(promise: nil) }
            return schedule(context)
        }
        // Where the channel cannot tell, nothing waits.
        let waiting = try? context.channel.syncOptions?.getOption(ChannelOptions.bufferedWritableBytes)
        switch pace.look(at: now, isAsking: isAsking, waiting: waiting ?? 0) {
        case .goOn: schedule(context)
        case .slowSender where !hasBegunToAnswer:
            isDeaf = true
            write(
                Fault(
                    status: .requestTimeout,
                    words: "The rest of this request did not come in time. Send it again."), context)
            context.close(promise: nil)
        case .idle, .slowSender, .slowReader, .notListening: context.close(promise: nil)
        }
    }

    // MARK: Requests

    func read(context: ChannelHandlerContext) {
        isAsking = true
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isAsking = false
        context.fireChannelReadComplete()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDeaf else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            if let fault = Self.fault(of: head) { return refuse(fault, context) }
            pace.receivedHead(at: Self.now)
        case .body(let bytes): pace.receivedBody(bytes.readableBytes)
        case .end: pace.receivedEnd(at: Self.now)
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        guard !isDeaf else { return }
        guard pace.isInBody else { return refuse(Self.fault(of: error), context) }
        // The handler that reads the body learns that it has no end; what it then says is the answer.
        (isDeaf, isBroken) = (true, true)
        if pace.isAnswered { halfClose(context) }
        context.fireErrorCaught(error)
    }

    /// What makes a head one that others could read differently.
    private static func fault(of head: HTTPRequestHead) -> Fault? {
        let hosts = head.headers["Host"]
        if hosts.count > 1 || hosts.isEmpty && head.version != .http1_0 {
            return Fault(status: .badRequest, words: "A request names its host once.")
        }
        let codings = head.headers["Transfer-Encoding"]
        guard codings.isEmpty || codings.count == 1 && codings[0].lowercased() == "chunked" else {
            return Fault(
                status: .notImplemented, words: "The only transfer coding that is read here is chunked.")
        }
        if !codings.isEmpty, head.headers.contains(name: "Content-Length") {
            return Fault(status: .badRequest, words: "A body has a length or is chunked, not both.")
        }
        return nil
    }

    private static func fault(of error: HTTPParserError) -> Fault {
        switch error {
        case .headerOverflow:
            Fault(
                status: .requestHeaderFieldsTooLarge,
                words: "The address and the header lines of this request are longer than the "
                    + "\(HeadLimits.bytes / 1024) kB, or more than the \(HeadLimits.lines) lines, that are read. "
                    + "Shorten the address, or delete the cookies of this site.")
        case .invalidVersion:
            Fault(status: .httpVersionNotSupported, words: "HTTP/1.0 and HTTP/1.1 are spoken here.")
        default: Fault(status: .badRequest, words: "This is not a request in HTTP/1.1.")
        }
    }

    /// Says no as soon as everything before it is answered, and hears nothing more.
    private func refuse(_ fault: Fault, _ context: ChannelHandlerContext) {
        isDeaf = true
        self.fault = fault
        if pace.isAnswered { sayFault(context) }
    }

    private func sayFault(_ context: ChannelHandlerContext) {
        guard let fault else { return }
        self.fault = nil
        write(fault, context)
        halfClose(context)
    }

    private func write(_ fault: Fault, _ context: ChannelHandlerContext) {
        let bytes = ByteBuffer(string: fault.words + "\n")
        let headers: HTTPHeaders = [
            "Content-Type": "text/plain; charset=utf-8", "Content-Length": String(bytes.readableBytes),
            "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Connection": "close",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: fault.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Ends what is sent and waits for the other end to do the same: closed at once, it might never read the answer.
    private func halfClose(_ context: ChannelHandlerContext) {
        closingSince = Self.now
        context.close(mode: .output, promise: nil)
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // A second answer to a request, or one to a request that was refused here, is nobody's.
        guard !pace.isAnswered, closingSince == nil else {
            promise?.succeed()
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            hasBegunToAnswer = true
            if isBroken { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let body):
            if case .byteBuffer(let bytes) = body { pace.send(bytes.readableBytes) }
            context.write(data, promise: promise)
        case .end:
            hasBegunToAnswer = false
            pace.answered(at: Self.now)
            context.writeAndFlush(data, promise: promise)
            guard pace.isAnswered else { return }
            if isBroken { halfClose(context) } else { sayFault(context) }
        }
    }
}

/// How large the head of a request may be.
package enum HeadLimits {
    /// Bytes of the address and all header lines together.
    package static let bytes = 64 << 10
    /// Header lines.
    package static let lines = 128
}

/// Puts a guard behind the parser of each connection.
package final class ConnectionGuardInstaller: ChannelInboundHandler, RemovableChannelHandler {
    // It looks at nothing that passes.
    package typealias InboundIn = Never

    private let limits: ConnectionPace.Limits

    /// An installer for one connection.
    package init(_ limits: ConnectionPace.Limits) { self.limits = limits }

    /// Adds the guard; a connection that cannot have one is closed.
    package func handlerAdded(context: ChannelHandlerContext) {
        do {
            let pipeline = context.pipeline.syncOperations
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(ConnectionGuard(limits), position: .after(parser))
        } catch {
            context.close(promise: nil)
        }
    }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
@available(*, unavailable)
extension ConnectionGuardInstaller: Sendable {}
