import Storage

extension Schema {
    static let felt = Migration(
        32, "cases by when their effect was over",
        common: """
            DROP INDEX support_case_felt;
            CREATE INDEX support_case_felt
                ON support_case (component, severity, (COALESCE(mitigated_at, resolved_at, 9223372036854775807)))
                WHERE merged_into IS NULL;
            """)

    static let brief = Migration(
        33, "cases in brief, for counts of searches",
        common: """
            CREATE INDEX search_case_in_brief ON search_case (doc, status, severity, confidentiality, merged_into);
            """)
}
