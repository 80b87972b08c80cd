extension Policy {
    /// The forms of the default document.
    static let defaultForms = """
        # Forms: what is asked about a case. `use`: intake, environment, closure, quality, survey. `kind`: text, long_text, number, time,
        # choice, yes_no, evidence, rating (with `anchors` for the marks 1 to 5). `needed_to`: hand_off, resolve, close; only
        # `needed_when` the case is so. `shown_when` another answer or the case is so. `weight` is what an answer counts for.
        # `case_field`: the answer stands in the case. `internal: true`: customers are not asked. A form with
        # `product_areas: [...]` stands for these areas in place of the general one.
        forms:
          - id: intake
            name: Intake
            use: intake
            fields:
              - id: symptom_type
                label: What kind of problem is it?
                help: The questions that follow depend on it.
                kind: choice
                choices:
                  - {id: login, name: Signing in}
                  - {id: api_error, name: An API call fails}
                  - {id: webhook, name: Webhooks are missing or late}
                  - {id: sync, name: A synchronisation stops or differs}
                  - {id: slowness, name: Something is slow}
                  - {id: data_mismatch, name: Data does not match}
                  - {id: ui, name: A page does not work as it should}
                  - {id: other, name: Something else}
                needed_to: hand_off
              - {id: environment, label: In which environment does it show?, case_field: environment, needed_to: hand_off}
              - id: product_version
                label: Which version do you use?
                help: The release, build or API version. Write “hosted” where you have no choice of version.
                needed_to: hand_off
              - {id: region, label: In which region?, help: "The region or data centre of your tenant.", needed_to: hand_off}
              - id: steps
                label: Which steps lead to it?
                help: One a line, from the beginning, so that we can repeat them.
                kind: long_text
                needed_to: hand_off
              - {id: expected, label: What did you expect?, kind: long_text, needed_to: hand_off}
              - {id: actual, label: What came instead?, kind: long_text, needed_to: hand_off}
              - {id: began, label: When did it start?, help: The first time that anybody saw it., case_field: began_at, needed_to: hand_off}
              - id: scope
                label: Who is affected, and how many?
                help: One person, some or everybody; how many of how many, if you can say.
                needed_to: hand_off
              - id: recent_changes
                label: What changed shortly before?
                help: Releases, settings, certificates, network, load. Write “nothing known” if so.
                kind: long_text
                needed_to: hand_off
              - id: error_text
                label: What is the exact error text?
                help: Copied, not retold. Write “none” where no error is shown.
                kind: long_text
                needed_to: hand_off
              - id: request_ids
                label: Which request or trace IDs can we look at?
                help: Two or three are enough, with their times. Write “none” where there are none.
                kind: long_text
                needed_to: hand_off
              - id: login_way
                label: How do people sign in?
                kind: choice
                choices:
                  - {id: password, name: Password}
                  - {id: saml, name: SAML}
                  - {id: oidc, name: OpenID Connect}
                  - {id: token, name: Token or key}
                shown_when: {symptom_type: login}
              - {id: login_step, label: At which step does signing in stop?, help: "Our page, your identity provider, or the way back.", shown_when: {symptom_type: login}}
              - {id: login_clock, label: Does it fail in a private window too?, kind: yes_no, shown_when: {symptom_type: login}}
              - {id: api_call, label: "Which call fails: method and path?", shown_when: {symptom_type: api_error}}
              - {id: api_status, label: Which status code comes back?, kind: number, shown_when: {symptom_type: api_error}}
              - {id: api_share, label: Does every call fail or only some?, help: For example 6 of 2000., shown_when: {symptom_type: api_error}}
              - {id: webhook_address, label: Which address receives the webhook?, shown_when: {symptom_type: webhook}}
              - {id: webhook_events, label: Which events are missing or late?, help: Event IDs help most., kind: long_text, shown_when: {symptom_type: webhook}}
              - {id: webhook_answer, label: What does your address answer to a test event?, shown_when: {symptom_type: webhook}}
              - {id: sync_direction, label: "From which system to which does it run?", shown_when: {symptom_type: sync}}
              - {id: sync_last_good, label: When did it last run whole?, kind: time, shown_when: {symptom_type: sync}}
              - {id: sync_records, label: Which records differ?, kind: long_text, shown_when: {symptom_type: sync}}
              - {id: slow_action, label: Which action is slow?, shown_when: {symptom_type: slowness}}
              - {id: slow_times, label: "How long does it take, and how long is usual?", shown_when: {symptom_type: slowness}}
              - {id: slow_when, label: Is it slow always or at certain times?, shown_when: {symptom_type: slowness}}
              - {id: mismatch_record, label: Which record shows it?, help: Its ID is enough., shown_when: {symptom_type: data_mismatch}}
              - {id: mismatch_values, label: "What stands there, and what should?", kind: long_text, shown_when: {symptom_type: data_mismatch}}
              - {id: mismatch_source, label: Which system holds the right value?, shown_when: {symptom_type: data_mismatch}}
              - {id: ui_page, label: "On which page, at which address?", shown_when: {symptom_type: ui}}
              - {id: browser, label: Which browser and operating system?, shown_when: {symptom_type: ui}}
              - {id: ui_console, label: What does the browser’s console say?, kind: long_text, shown_when: {symptom_type: ui}}
              - {id: payment_ids, label: Which payments failed?, help: "Payment IDs with amount, currency and method, never card numbers.", kind: long_text, shown_when: {product_area: payments}}

          - id: environment
            name: Customer environment
            use: environment
            fields:
              - id: tenant_type
                label: Tenant
                kind: choice
                choices:
                  - {id: shared, name: Shared}
                  - {id: single, name: Single tenant}
                  - {id: dedicated, name: Dedicated}
                  - {id: agent, name: Agent on the customer’s premises}
              - {id: region, label: Region}
              - {id: product_version, label: Product version}
              - {id: sdk, label: SDK}
              - {id: sdk_version, label: SDK version}
              - {id: browser, label: Browser and operating system}
              - {id: identity_provider, label: Identity provider}
              - {id: network, label: "Proxy, firewall or VPN"}
              - {id: connectors, label: Connectors}
              - {id: deployment, label: Deployment options}
              - {id: feature_flags, label: Enabled feature flags}

          # Simple cases end simply: most points are only needed for the two highest severities. Add `needed_to` where your
          # organisation wants more, take `needed_when` away where it must always be so.
          - id: closure
            name: Closure checklist
            use: closure
            fields:
              - {id: narrative, label: What was wrong and what was done is written, checked_by: narrative, needed_to: resolve, internal: true}
              - {id: cause, label: The root cause is tagged and confirmed, checked_by: root_cause, needed_to: close, needed_when: {severity: [sev1, sev2]}, internal: true}
              - {id: category, label: The category is set, checked_by: category, needed_to: close, needed_when: {severity: [sev1, sev2]}, internal: true}
              - {id: breaches, label: Why promises were missed is recorded, checked_by: breach_records, shown_when: {promise_missed: "yes"}, internal: true}
              - id: evidence
                label: Evidence is complete
                help: What a case like this should have is here or cannot be had, and all that was asked for came.
                kind: yes_no
                checked_by: evidence
                needed_to: close
                needed_when: {severity: [sev1, sev2]}
                internal: true
              - id: customer_agreed
                label: The customer agrees
                kind: choice
                choices:
                  - {id: confirmed, name: They confirmed it}
                  - {id: timed_out, name: They had time and did not answer}
                checked_by: customer
                shown_when: {customer: "yes"}
                needed_to: close
                needed_when: {severity: [sev1, sev2]}
                internal: true
              - id: knowledge
                label: What we learnt is findable
                kind: choice
                choices:
                  - {id: article, name: An article is linked}
                  - {id: gap, name: A knowledge gap is raised}
                  - {id: nothing_new, name: There is nothing new to write}
                checked_by: article
                needed_to: close
                needed_when: {severity: [sev1, sev2]}
                internal: true
              - {id: knowledge_at, label: Where the article or the gap is, help: Its number or address., shown_when: {knowledge: [article, gap]}, needed_to: close, internal: true}
              - id: ended_by
                label: The case ends on
                kind: choice
                choices:
                  - {id: fix, name: A fix}
                  - {id: workaround, name: A way around alone}
                  - {id: answer, name: An answer; nothing was broken}
                needed_to: close
                needed_when: {severity: [sev1, sev2]}
                internal: true
              - id: prevention
                label: How it is prevented
                kind: choice
                choices:
                  - {id: fixed, name: The cause is removed}
                  - {id: planned, name: A problem or defect is open for it}
                  - {id: accepted, name: We accept that it may come again}
                checked_by: prevention
                needed_to: close
                needed_when: {severity: [sev1, sev2]}
                internal: true
              - {id: prevention_at, label: The problem or defect for what the way around leaves open is linked, checked_by: prevention_link, shown_when: {workaround_only: "yes"}, needed_to: close, internal: true}

        \(defaultRubric)

        \(defaultSurvey)
        """
}
