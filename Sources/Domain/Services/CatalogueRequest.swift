/// What holds for a request of the service catalogue.
package enum CatalogueRequest {
    /// Refuses a service without the department that asks for it, and either where a customer asks.
    package static func check(
        _ service: String?, _ department: String?, isInternal: Bool, _ policy: Policy
    ) throws(Refusal) {
        guard service != nil || department != nil else { return }
        guard isInternal else {
            throw Refusal(
                field: service == nil ? "department" : "service", "wrong_audience",
                "The catalogue is for colleagues. A case of a customer names neither a service of it nor a department."
            )
        }
        if service != nil, department == nil, !policy.departments.isEmpty {
            throw Refusal(
                field: "department", "missing",
                "Say which department asks for it: what is promised may depend on that.")
        }
        if department != nil, service == nil {
            throw Refusal(field: "service", "missing", "Say which service of the catalogue they ask for.")
        }
    }
}
