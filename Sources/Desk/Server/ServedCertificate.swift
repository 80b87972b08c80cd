import Domain
import Foundation
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import Synchronization
import UnixSignals

/// The certificate that the server shows, and the way to exchange it while it serves.
///
/// Connections that stand keep the one that they began with.
package final class ServedCertificate: Sendable {
    private struct State {
        var context: NIOSSLContext
        var notAfter: Timestamp
        var stamp: [Date?]
    }

    private let certificate: String
    private let key: String
    private let state: Mutex<State>

    /// Reads a certificate chain, the server's own first, and its private key, both in PEM.
    /// - Throws: a refusal that names the file where one of them cannot be read, or they do not belong together.
    package init(certificate: String, key: String) throws(Refusal) {
        (self.certificate, self.key) = (certificate, key)
        state = Mutex(try Self.read(certificate, key))
    }

    /// The last moment at which the certificate is good.
    package var notAfter: Timestamp { state.withLock { $0.notAfter } }

    /// What a new connection is served with.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// Takes over what the files hold now; where that cannot be used, the one before stays.
    package func reload() throws(Refusal) {
        let new = try Self.read(certificate, key)
        state.withLock { $0 = new }
    }

    /// Whether a file changed since it was read.
    package var isOutdated: Bool { state.withLock { $0.stamp } != Self.stamp([certificate, key]) }

    /// What to tell the operator of the certificate's end; nil while there is time.
    package func warning(at now: Timestamp) -> String? {
        let end = notAfter
        let days = end.seconds(since: now) / 86_400
        if now > end {
            return "The certificate in \(certificate) ended on \(end.rfc3339). Browsers refuse it; renew it."
        }
        return days < 14
            ? "The certificate in \(certificate) ends on \(end.rfc3339), in \(days) days. Renew it." : nil
    }

    private static func stamp(_ files: [String]) -> [Date?] {
        files.map { file in
            // A file that is gone for a moment has another stamp than one that is there.
            (try? FileManager.default.attributesOfItem(atPath: file))?[.modificationDate] as? Date
        }
    }

    private static func read(_ certificate: String, _ key: String) throws(Refusal) -> State {
        let stamp = stamp([certificate, key])
        // BoringSSL's words help nobody; which file it is does.
        guard let chain = try? NIOSSLCertificate.fromPEMFile(certificate), let own = chain.first else {
            throw refusal("\(certificate) holds no certificate in PEM that can be read.")
        }
        // As above.
        guard let secret = try? NIOSSLPrivateKey(file: key, format: .pem) else {
            throw refusal("\(key) holds no private key in PEM that can be read; it must have no passphrase.")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(secret))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        // Both could be read, so what fails is that they do not match.
        guard let context = try? NIOSSLContext(configuration: configuration) else {
            throw refusal("The private key in \(key) does not belong to the certificate in \(certificate).")
        }
        return State(
            context: context, notAfter: Timestamp(microseconds: Int64(own.notValidAfter) * 1_000_000),
            stamp: stamp)
    }

    private static func refusal(_ message: String) -> Refusal {
        Refusal(.invalid, "bad_setting_tls", message)
    }
}

/// A connection that is served over TLS, with the certificate that is in force when it comes.
struct TLSConnection<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let certificate: ServedCertificate

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        let context = certificate.context
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }.flatMap { base.setup(channel: channel, logger: logger) }
    }

    func handle(value: Base.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

/// Takes a renewed certificate over: on SIGHUP, and within ten seconds after a file changed.
struct CertificateWatch: Service {
    let certificate: ServedCertificate
    let logger: Logger
    let clock: @Sendable () -> Timestamp

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
                    take()
                }
            }
            group.addTask {
                await cancelWhenGracefulShutdown {
                    while !Task.isCancelled {
                        try? await Task.sleep(for: .seconds(10))  // a cancelled sleep only ends early
                        if !Task.isCancelled, certificate.isOutdated { take() }
                    }
                }
            }
        }
    }

    private func take() {
        do {
            try certificate.reload()
            logger.notice(
                "certificate taken over", metadata: ["not_after": "\(certificate.notAfter.rfc3339)"])
            if let warning = certificate.warning(at: clock()) { logger.warning("\(warning)") }
        } catch {
            // The files are written one after the other, so a pair that does not match may be complete in a moment.
            logger.error(
                "the new certificate cannot be used; the one before stays",
                metadata: ["error": "\(error.message)"])
        }
    }
}
