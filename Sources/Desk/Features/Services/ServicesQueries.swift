import Domain
import Storage

/// The table of recorded outages.
enum ServicesQueries {
    private static let columns: SQL =
        "id, version, service, from_at, until_at, source, note, recorded_by, withdrawal"

    static func outage(_ id: String) -> SQL { "SELECT \(columns) FROM outage WHERE id = \(id)" }

    /// The outages of some services that touch a stretch of time, the latest first, without those withdrawn.
    static func outages(of services: [String], in period: Range<Timestamp>, limit: Int) -> SQL {
        """
        SELECT \(columns) FROM outage
        WHERE service IN (\(anyOf: services)) AND withdrawal IS NULL
            AND until_at > \(period.lowerBound.microseconds) AND from_at < \(period.upperBound.microseconds)
        ORDER BY from_at DESC, id DESC LIMIT \(limit)
        """
    }

    static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM outage WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static func save(_ outage: Outage) -> SQL {
        """
        INSERT INTO outage (\(columns))
        VALUES (\(outage.id.raw), \(outage.version.number), \(outage.report.service),
            \(outage.report.from.microseconds), \(outage.report.until.microseconds), \(outage.report.source),
            \(outage.report.note), \(outage.recordedBy), \(outage.withdrawal))
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, service = excluded.service,
            from_at = excluded.from_at, until_at = excluded.until_at, source = excluded.source,
            note = excluded.note, recorded_by = excluded.recorded_by, withdrawal = excluded.withdrawal
        """
    }

    static func forget(_ id: String) -> SQL { "DELETE FROM outage WHERE id = \(id)" }

    static func read(_ row: any Row) -> Outage {
        Outage(
            id: ID(row.text(0)), version: Version(Int(row.integer(1))),
            report: .init(
                service: row.text(2), from: Timestamp(microseconds: row.integer(3)),
                until: Timestamp(microseconds: row.integer(4)), source: row.text(5),
                note: row.optionalText(6)),
            recordedBy: row.text(7), withdrawal: row.optionalText(8))
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let moment = Timestamp(microseconds: 0)
        let outage = Outage(
            id: "x", version: Version(1),
            report: .init(service: "x", from: moment, until: moment, source: "x", note: nil), recordedBy: "x")
        return [
            Self.outage("x"), outages(of: ["x"], in: moment..<moment.adding(seconds: 1), limit: 1),
            page(after: "", limit: 1), save(outage), forget("x"),
        ]
    }()

    static let subject = SubjectType(
        Outage.self,
        tables: [
            ProjectedTable(
                "outage",
                columns: [
                    "id", "version", "service", "from_at", "until_at", "source", "note", "recorded_by",
                    "withdrawal",
                ], page: page(after:limit:))
        ],
        load: { id, tx in try tx.first(outage(id), read) },
        save: { outage, _, tx in try tx.execute(save(outage)) },
        forget: { id, tx in try tx.execute(forget(id)) },
        describe: { _, outage, _, _ in ("Outage", outage.withdrawal == nil ? "counts" : "withdrawn") })
}
