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
        var response = WebResponse.text(
            text(
                startedAt: startedAt, subjects: size?.subjects ?? 0, facts: size?.facts ?? 0,
                engine: services.database.dialect.rawValue, policy: services.policy.document.version))
        response.headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
        return response
    }

    static func text(
        startedAt: Timestamp, subjects: Int64, facts: Int64, engine: String, policy: Version
    ) -> String {
        let started =
            "\(startedAt.microseconds / 1_000_000).\(pad(Int(startedAt.microseconds % 1_000_000), 6))"
        let series: [(name: String, kind: String, help: String, labels: String, value: String)] = [
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
        return series.map { one in
            "# HELP \(one.name) \(one.help)\n# TYPE \(one.name) \(one.kind)\n\(one.name)\(one.labels) \(one.value)\n"
        }.joined()
    }
}
