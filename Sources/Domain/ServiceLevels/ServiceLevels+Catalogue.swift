extension ServiceLevels {
    /// Takes in which levels the services of the catalogue name.
    mutating func takeCatalogue(
        _ services: [Policy.Service], _ node: ConfigNode?, _ problems: inout [ConfigProblem]
    ) {
        for service in services where service.level != nil || !service.levelsByDepartment.isEmpty {
            catalogue[service.id] = CatalogueEntry(
                level: service.level, byDepartment: service.levelsByDepartment)
        }
        let named = Set(catalogue.values.flatMap { [$0.level].compactMap { $0 } + $0.byDepartment.values })
        for level in levels where level.isForCatalogue && !named.contains(level.id) {
            problems.append(
                .init(
                    line: node?.line ?? 1, key: "service_levels.levels",
                    message: "“\(level.id)” is for the catalogue, and no service names it"))
        }
    }
}
