import Logging
import Domain
import Storage

/// Who does what only one may do at a time, and until when: a row a task, so that it holds on every node.
///
/// Nothing depends on a session of the database. Whoever dies lets go by the passing of time.
package enum LeaseStore {
    /// Takes or prolongs a lease; changes one row where it is had, none where somebody else has it.
    static func take(_ name: String, for holder: String, until end: Timestamp, at now: Timestamp) -> SQL {
        """
        INSERT INTO lease (name, holder, until) VALUES (\(name), \(holder), \(end.microseconds))
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
        WHERE lease.until <= \(now.microseconds) OR lease.holder = excluded.holder
        """
    }

    static func release(_ name: String, of holder: String) -> SQL {
        "DELETE FROM lease WHERE name = \(name) AND holder = \(holder)"
    }

    /// How many leases whose names begin so are running.
    static func running(prefix: String, at now: Timestamp) -> SQL {
        """
        SELECT COUNT(*) FROM lease WHERE name >= \(prefix) AND name < \(prefix + "\u{7f}") AND until > \(now.microseconds)
        """
    }

    static func forget(before moment: Timestamp) -> SQL {
        "DELETE FROM lease WHERE until < \(moment.microseconds)"
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = {
        let moment = Timestamp(microseconds: 0)
        return [
            take("x", for: "x", until: moment, at: moment), release("x", of: "x"),
            running(prefix: "x", at: moment), forget(before: moment),
        ]
    }()
}

extension Services {
    /// Does something while a lease is held, and prolongs it until that is done; nil where somebody else holds it.
    ///
    /// Where the lease can no longer be prolonged the work goes on: it must be such that doing it twice harms nothing.
    func whileHolding<T: Sendable>(
        _ name: String, seconds: Int64 = 600, _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T? {
        let holder = newIdentifier(at: clock())
        let take: @Sendable () async throws -> Bool = {
            let now = clock()
            return try await database.write { tx in
                try tx.execute(
                    LeaseStore.take(name, for: holder, until: now.adding(seconds: seconds), at: now)) == 1
            }
        }
        guard try await take() else { return nil }
        let result: Result<T, any Error> = await withTaskGroup(of: Result<T, any Error>?.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    // A cancelled sleep only ends early.
                    try? await Task.sleep(for: .seconds(Double(seconds) / 5))
                    if Task.isCancelled { break }
                    do { _ = try await take() } catch {
                        logger.warning("a lease could not be prolonged", metadata: ["error": "\(error)"])
                    }
                }
                return nil
            }
            group.addTask {
                do { return .success(try await body()) } catch { return .failure(error) }
            }
            var result: Result<T, any Error>?
            while result == nil, let next = await group.next() { result = next }
            group.cancelAll()
            return result ?? .failure(CancellationError())
        }
        do {
            _ = try await database.write { try $0.execute(LeaseStore.release(name, of: holder)) }
        } catch {
            logger.warning("a lease stays until it ends by itself", metadata: ["error": "\(error)"])
        }
        return try result.get()
    }
}
