import Domain
import HTTPTypes
import Storage
import Web

/// Numbers about this process and its database in Prometheus' text format.
///
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4.
enum Metrics {
    static func response(startedAt: Timestamp, _ services: Services) async throws -> WebResponse {
        let size = try await services.database.read { tx in
            try tx.first(PlatformQueries.journalSize()) { (subjects: $0.integer(0), facts: $0.integer(1)) }
        }
        let backupMetrics = try await backups(services)
        var response = WebResponse.text(
            text(
                startedAt: startedAt, subjects: size?.subjects ?? 0, facts: size?.facts ?? 0,
                engine: services.database.dialect.rawValue, policy: services.policy.document.version,
                certificateEnd: services.certificate?.notAfter)
                + room(services) + backupMetrics)
        response.headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
        return response
    }

    static func text(
        startedAt: Timestamp, subjects: Int64, facts: Int64, engine: String, policy: Version,
        certificateEnd: Timestamp? = nil
    ) -> String {
        let started =
            "\(startedAt.microseconds / 1_000_000).\(pad(Int(startedAt.microseconds % 1_000_000), 6))"
        var series: [(name: String, kind: String, help: String, labels: String, value: String)] = [
            (
                "process_start_time_seconds", "gauge", "When the process began, in seconds since 1970.", "",
                started
            ),
            (
                "thirdline_build_info", "gauge", "The program and the engine of its database; always 1.",
                "{engine=\"\(engine)\",version=\"\(Thirdline.version)\"}", "1"
            ),
            ("thirdline_facts_total", "counter", "Facts in the journal.", "", "\(facts)"),
            ("thirdline_subjects_total", "counter", "Subjects that have facts.", "", "\(subjects)"),
            (
                "thirdline_policy_version", "gauge",
                "The version of the policy on this node; 0 is the built-in one.",
                "", "\(policy.number)"
            ),
        ]
        if let certificateEnd {
            series.append(
                (
                    "thirdline_tls_certificate_not_after_seconds", "gauge",
                    "When the certificate of HTTPS ends, in seconds since 1970.", "",
                    "\(certificateEnd.microseconds / 1_000_000)"
                ))
        }
        return series.map { one in
            "# HELP \(one.name) \(one.help)\n# TYPE \(one.name) \(one.kind)\n\(one.name)\(one.labels) \(one.value)\n"
        }.joined()
    }

    /// One metric without labels.
    private static func metric(_ name: String, _ help: String, _ value: String) -> String {
        "# HELP \(name) \(help)\n# TYPE \(name) gauge\n\(name) \(value)\n"
    }

    private static func seconds(_ moment: Timestamp) -> String { "\(moment.microseconds / 1_000_000)" }

    /// Room on the disks.
    private static func room(_ services: Services) -> String {
        let name = "thirdline_disk_free_bytes"
        let lines = services.folders.enumerated().compactMap { index, folder -> String? in
            DiskRoom.free(of: folder).map {
                "\(name){folder=\"\(["data", "evidence", "backup"][min(index, 2)])\"} \($0)\n"
            }
        }
        guard !lines.isEmpty else { return "" }
        return "# HELP \(name) Bytes that are free on the disk of a folder.\n# TYPE \(name) gauge\n"
            + lines.joined()
    }

    /// How it stands with scheduled backups; nothing where there are none.
    private static func backups(_ services: Services) async throws -> String {
        guard let settings = services.backups else { return "" }
        let status = try await services.database.read { try BackupStatus.read(in: $0) }
        let isBad = status.warning(settings.schedule, at: services.clock()) != nil
        var text = metric(
            "thirdline_backup_problem", "1 where the last scheduled backup failed or is overdue.",
            isBad ? "1" : "0")
        guard let good = status.good else { return text }
        text += metric(
            "thirdline_backup_last_success_timestamp_seconds",
            "When the last good backup began, in seconds since 1970.", seconds(good.begunAt))
        if let end = good.endedAt {
            text += metric(
                "thirdline_backup_duration_seconds", "How long the last good backup took, with its proof.",
                "\(end.seconds(since: good.begunAt))")
        }
        if let bytes = good.bytes {
            text += metric("thirdline_backup_bytes", "The size of the last good backup.", "\(bytes)")
        }
        if let verified = good.verifiedAt {
            text += metric(
                "thirdline_backup_last_verified_timestamp_seconds",
                "When the last good backup had been restored and verified.", seconds(verified))
        }
        return text
    }
}
